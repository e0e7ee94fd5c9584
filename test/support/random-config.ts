import fc from 'fast-check';
import type { BlueprintInput } from '../../lib/blueprint/schema/blueprint-schema';
import { minimalInput } from './blueprint-inputs';

const cidr = fc.constantFrom(
  '203.0.113.0/24',
  '198.51.100.7/32',
  '192.0.2.0/25',
  '0.0.0.0/0',
  '10.0.0.0/33',
);
const name = fc.constantFrom('general', 'batch', 'gpu-a', 'x', 'Bad_Name');
const zone = fc.constantFrom('eu-central-1a', 'eu-central-1b', 'eu-central-1c', 'eu-central-1d');

const pool = fc.record(
  {
    name,
    minimum: fc.integer({ min: 0, max: 4 }),
    maximum: fc.integer({ min: 1, max: 9 }),
    capacity: fc.constantFrom('on-demand' as const, 'spot' as const),
    architecture: fc.constantFrom('amd64' as const, 'arm64' as const),
    nodePorts: fc.uniqueArray(fc.integer({ min: 29999, max: 32767 }), { maxLength: 2 }),
    taints: fc.array(
      fc.record({
        key: fc.constantFrom('dedicated', 'example.com/team'),
        effect: fc.constantFrom('NoSchedule' as const, 'NoExecute' as const),
      }),
      { maxLength: 1 },
    ),
  },
  { requiredKeys: ['name'] },
);

const namespace = fc.record(
  {
    name: fc.constantFrom('shop', 'team-a', 'kube-system', 'UPPER'),
    podSecurity: fc.constantFrom('baseline' as const, 'restricted' as const),
    egressToCidrs: fc.array(cidr, { maxLength: 1 }),
  },
  { requiredKeys: ['name'] },
);

/** Configurations of every kind, about half of them with something wrong. */
export const randomConfig: fc.Arbitrary<BlueprintInput> = fc
  .record(
    {
      profile: fc.constantFrom('standard' as const, 'strict' as const),
      zones: fc.uniqueArray(zone, { minLength: 1, maxLength: 4 }),
      network: fc.record(
        {
          vpcCidr: fc.constantFrom('10.0.0.0/16', '10.20.0.0/20', '172.16.0.0/24', '10.0.0.0/28'),
          podEncryption: fc.constantFrom('none' as const, 'wireguard' as const),
          natGateways: fc.constantFrom('per-zone' as const, 'single' as const),
        },
        { requiredKeys: [] },
      ),
      access: fc.record({
        apiCidrs: fc.array(cidr, { maxLength: 2 }),
        nodePortCidrs: fc.array(cidr, { maxLength: 2 }),
        sshCidrs: fc.array(cidr, { minLength: 1, maxLength: 2 }),
      }),
      kubernetes: fc.record(
        {
          version: fc.constantFrom('1.34', '1.35', '1.36', '1.37'),
          sandboxRuntime: fc.constantFrom('none' as const, 'gvisor' as const),
          serviceAccountIssuer: fc.constantFrom('aws' as const, 'cluster' as const),
        },
        { requiredKeys: [] },
      ),
      etcd: fc.record(
        {
          members: fc.constantFrom(3, 4, 5, 7),
          version: fc.constantFrom('3.6.14', '3.6.13', '3.5.32', '3.5.30'),
          compactionRetentionHours: fc.integer({ min: 0, max: 24 }),
        },
        { requiredKeys: [] },
      ),
      controlPlane: fc.record({ machines: fc.integer({ min: 2, max: 5 }) }, { requiredKeys: [] }),
      workers: fc.array(pool, { minLength: 1, maxLength: 3 }),
      namespaces: fc.array(namespace, { maxLength: 2 }),
      images: fc.record({ requireDigests: fc.boolean() }),
    },
    { requiredKeys: ['access'] },
  )
  .map((changes) => ({ ...minimalInput, ...changes }));
