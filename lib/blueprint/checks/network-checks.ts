import { contains, overlaps, parseCidr } from '../ipv4';
import type { Problem } from '../problem';
import type { BlueprintConfig } from '../schema/blueprint-schema';
import { type ConfigCheck } from './config-check';

export const checkNetworks: ConfigCheck = ({ network, zones }) => {
  const named = (['vpcCidr', 'podCidr', 'serviceCidr'] as const).map((key) => ({
    path: `network.${key}`,
    text: network[key],
    parsed: parseCidr(network[key]),
  }));
  const collisions = named.flatMap((a, index) =>
    named
      .slice(index + 1)
      .filter((b) => a.parsed && b.parsed && overlaps(a.parsed, b.parsed))
      .map((b) => ({
        path: b.path,
        got: b.text,
        expected: `a network outside ${a.path} (${a.text}) such as "10.96.0.0/16"`,
      })),
  );
  return [...collisions, ...checkPart(network), ...checkSizes(network, zones?.length ?? 3)];
};

function checkPart({ vpcCidr, subnetCidr }: BlueprintConfig['network']): Problem[] {
  const [vpc, part] = [parseCidr(vpcCidr), parseCidr(subnetCidr ?? '')];
  return vpc && part && !contains(vpc, part)
    ? [
        {
          path: 'network.subnetCidr',
          got: subnetCidr,
          expected: `a network inside network.vpcCidr (${vpcCidr})`,
        },
      ]
    : [];
}

function checkSizes(network: BlueprintConfig['network'], zoneCount: number): Problem[] {
  const bounds = [
    { key: 'vpcCidr', from: 16, to: zoneCount > 4 ? 21 : 24, example: '10.0.0.0/16' },
    { key: 'subnetCidr', from: 16, to: zoneCount > 4 ? 21 : 24, example: '10.0.0.0/18' },
    { key: 'podCidr', from: 8, to: 20, example: '10.244.0.0/16' },
    { key: 'serviceCidr', from: 12, to: 24, example: '10.96.0.0/16' },
  ] as const;
  return bounds.flatMap(({ key, from, to, example }) => {
    const given = network[key];
    if (given === undefined) return [];
    const prefix = parseCidr(given)?.prefix ?? 0;
    if (prefix >= from && prefix <= to) return [];
    const zonesNote = key === 'vpcCidr' || key === 'subnetCidr' ? ` for ${zoneCount} zones` : '';
    return [
      {
        path: `network.${key}`,
        got: given,
        expected: `a network from /${from} to /${to}${zonesNote} such as "${example}"`,
      },
    ];
  });
}
