import { describe, test } from '@jest/globals';
import fc from 'fast-check';
import type { BlueprintInput } from '../../../lib/blueprint/schema/blueprint-schema';
import { minimalInput } from '../../support/cluster/blueprint-inputs';
import { canIsolate } from '../../support/machine/machine-network';
import { PlannedNetwork } from '../../support/network/kernel-vpc';

/** Zones of some regions. */
const regions = { 'eu-central-1': 'abc', 'us-east-1': 'abcdef', 'ap-northeast-1': 'acd' };

/** Configurations that differ in everything that the network depends on. */
const configuration: fc.Arbitrary<BlueprintInput> = fc
  .record({
    profile: fc.constantFrom('standard' as const, 'strict' as const),
    region: fc.constantFrom(
      'eu-central-1' as const,
      'us-east-1' as const,
      'ap-northeast-1' as const,
    ),
    zones: fc.integer({ min: 2, max: 6 }),
    vpcCidr: fc.constantFrom('10.0.0.0/16', '172.20.0.0/18', '192.168.8.0/21', '10.64.3.0/24'),
    natGateways: fc.constantFrom('per-zone' as const, 'single' as const),
    podEncryption: fc.constantFrom('none' as const, 'wireguard' as const),
    members: fc.constantFrom(5 as const, 7 as const),
    access: fc.constantFrom('ssh' as const, 'session-manager' as const, 'none' as const),
    apiCidrs: fc.subarray(['203.0.113.0/24', '198.18.0.0/15', '93.184.216.34/32']),
    privateApiCidrs: fc.subarray(['10.8.0.0/16', '172.31.250.7/32']),
    nodePortCidrs: fc.subarray(['192.0.2.0/24', '10.7.0.0/16']),
    nodePorts: fc.subarray([30000, 30443, 32767]),
  })
  .map((draw) => {
    const most = draw.vpcCidr.endsWith('/24') ? 4 : 6;
    const zones = Array.from(regions[draw.region])
      .slice(0, Math.min(draw.zones, most))
      .map((letter) => `${draw.region}${letter}`);
    return {
      ...minimalInput,
      profile: draw.profile,
      region: draw.region,
      zones,
      network: {
        vpcCidr: draw.vpcCidr,
        natGateways: draw.natGateways,
        podEncryption: draw.podEncryption,
      },
      controlPlane: { machines: 6 },
      etcd: { members: draw.members },
      bastion: { ...minimalInput.bastion, access: draw.access },
      access: {
        ...minimalInput.access,
        apiCidrs: draw.apiCidrs,
        privateApiCidrs: draw.privateApiCidrs,
        nodePortCidrs: draw.nodePortCidrs,
      },
      workers: [{ name: 'general', nodePorts: draw.nodePorts }],
    };
  });

const where = canIsolate() ? describe : describe.skip;

where('a VPC made of kernel parts', () => {
  test('carries what firewall.json allows, and nothing else, of any configuration', () => {
    fc.assert(
      fc.property(configuration, (config) => {
        const network = new PlannedNetwork(config);
        try {
          const result = network.run({ each: 40, denied: 10_000, patienceSeconds: 8 });
          if (result.wrong > 0) throw new Error(JSON.stringify(result, null, 2));
        } finally {
          network.remove();
        }
      }),
      { numRuns: 25, seed: 20261126, endOnFailure: true },
    );
  }, 1_800_000);
});
