import { debianAccountOf } from '../../aws/partitions';
import { partitionOf, regionFacts, usualZones } from '../../aws/regions';
import type { Problem } from '../problem';
import type { BlueprintConfig } from '../schema/blueprint-schema';
import { type ConfigCheck, duplicates } from './config-check';

/** Zones that the region has; and, where no three are the same in every account, that some are named. */
export const checkZones: ConfigCheck = ({ region, zones }) => {
  const usual = usualZones(region);
  if (zones === undefined) {
    return usual.length >= 3
      ? []
      : [
          {
            path: 'zones',
            got: undefined,
            expected: `the zones of ${region} that your account has, ${exampleOf(region)}: there are no three that every account has`,
          },
        ];
  }
  return [
    ...zones.flatMap((zone, index) =>
      new RegExp(`^${region}[a-z]$`).test(zone)
        ? []
        : [
            {
              path: `zones[${index}]`,
              got: zone,
              expected: `a zone of ${region} such as "${usual[0] ?? `${region}a`}"`,
            },
          ],
    ),
    ...duplicates(zones, (index) => `zones[${index}]`, 'zone'),
  ];
};

function exampleOf(region: string): string {
  const facts = regionFacts(region);
  const known = [...(facts?.zones ?? []), ...(facts?.someZones ?? [])].sort();
  const shown = known.length > 0 ? known : ['a', 'b', 'c'].map((letter) => region + letter);
  return `such as ${JSON.stringify(shown.slice(0, 3))}`;
}

/** Where nobody is known to publish Debian's images, the configuration has to name them. */
export const checkImages: ConfigCheck = (config) => {
  const partition = partitionOf(config.region);
  if (debianAccountOf(partition) !== undefined) return [];
  return [...architecturesOf(config)]
    .filter((architecture) => config.machineImages[architecture] === undefined)
    .map((architecture) => ({
      path: `machineImages.${architecture}`,
      got: undefined,
      expected: `the id of a Debian 13 image such as "ami-0123456789abcdef0": no publisher of Debian images is known in ${partition}`,
    }));
};

function architecturesOf(config: BlueprintConfig) {
  return new Set([
    config.etcd.architecture,
    config.controlPlane.architecture,
    ...config.workers.map(({ architecture }) => architecture),
    ...(config.bastion.access === 'none' ? [] : [config.bastion.architecture]),
  ]);
}

/** ARNs of this partition, and keys of this region. */
export const checkArns: ConfigCheck = (config) => {
  const partition = partitionOf(config.region);
  const principals = principalsOf(config);
  const { encryption } = config.kubernetes;
  return [
    ...[...principals, ...podRolesOf(config)].flatMap(({ path, arn }): Problem[] =>
      arn.split(':')[1] === partition
        ? []
        : [
            {
              path,
              got: arn,
              expected: `a role of the partition ${partition}, which ${config.region} is in: "arn:${partition}:iam::..."`,
            },
          ],
    ),
    ...duplicates(
      principals.map(({ arn }) => arn.replace(/role\/.*\//, 'role/')),
      (index) => principals[index]?.path ?? '',
      'role (without its path)',
    ),
    ...(encryption.provider === 'kms' &&
    regionOf(encryption.keyArn) !== `${partition}:${config.region}`
      ? [
          {
            path: 'kubernetes.encryption.keyArn',
            got: encryption.keyArn,
            expected: `a key of ${config.region}: "arn:${partition}:kms:${config.region}:..."`,
          },
        ]
      : []),
  ];
};

function regionOf(keyArn: string): string {
  const [, partition = '', , region = ''] = keyArn.split(':');
  return `${partition}:${region}`;
}

function podRolesOf({ namespaces }: BlueprintConfig) {
  return namespaces.flatMap(({ roleArns }, namespace) =>
    roleArns.map((arn, index) => ({ path: `namespaces[${namespace}].roleArns[${index}]`, arn })),
  );
}

function principalsOf({ principals }: BlueprintConfig) {
  return Object.entries(principals).flatMap(([list, arns]) =>
    arns.map((arn, index) => ({ path: `principals.${list}[${index}]`, arn })),
  );
}
