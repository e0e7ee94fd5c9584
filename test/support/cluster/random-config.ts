import fc from 'fast-check';
import type { BlueprintInput } from '../../../lib/blueprint/schema/blueprint-schema';
import { minimalInput } from './blueprint-inputs';

/** Mostly one of the good values, now and then one that must be refused. */
const mostly = <T>(good: readonly T[], bad: readonly T[]) =>
  fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: fc.constantFrom(...bad) },
  );

const cidr = mostly(
  ['203.0.113.0/24', '198.51.100.7/32', '192.0.2.0/25'],
  ['0.0.0.0/0', '10.0.0.0/33', '10.0.0.0/24'],
);
const name = mostly(['general', 'batch', 'gpu-a', 'x'], ['Bad_Name']);

const pool = fc.record(
  {
    name,
    minimum: fc.integer({ min: 0, max: 4 }),
    maximum: mostly([4, 5, 9], [1]),
    capacity: fc.constantFrom('on-demand' as const, 'spot' as const),
    architecture: fc.constantFrom('amd64' as const, 'arm64' as const),
    nodePorts: fc.uniqueArray(mostly([30080, 30443, 32767], [29999]), { maxLength: 2 }),
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
    name: mostly(['shop', 'team-a', 'team-b'], ['kube-system', 'UPPER']),
    podSecurity: fc.constantFrom('baseline' as const, 'restricted' as const),
    egressToCidrs: fc.array(cidr, { maxLength: 1 }),
    roleArns: fc.uniqueArray(
      mostly(
        ['arn:aws:iam::123456789012:role/shop', 'arn:aws:iam::123456789012:role/apps/cart'],
        ['arn:aws-cn:iam::123456789012:role/shop', 'arn:aws:iam::123456789012:user/shop'],
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['name'] },
);

/** Configurations of every kind, a good part of them with something wrong. */
export const randomConfig: fc.Arbitrary<BlueprintInput> = fc
  .record(
    {
      profile: fc.constantFrom('standard' as const, 'strict' as const),
      zones: mostly(
        [
          ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
          ['eu-central-1b', 'eu-central-1c', 'eu-central-1a', 'eu-central-1d'],
        ],
        [['eu-central-1a', 'eu-west-1b'], []],
      ),
      network: fc.record(
        {
          vpcCidr: mostly(['10.0.0.0/16', '10.20.0.0/20', '172.16.0.0/24'], ['10.0.0.0/28']),
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
          version: mostly(['1.35', '1.36', '1.37'], ['1.34']),
          sandboxRuntime: fc.constantFrom('none' as const, 'gvisor' as const),
          serviceAccountIssuer: fc.constantFrom('aws' as const, 'cluster' as const),
        },
        { requiredKeys: [] },
      ),
      etcd: fc.record(
        {
          members: mostly([5, 7, 3], [4, 1]),
          version: mostly(['3.6.14', '3.6.13', '3.5.32'], ['3.5.30']),
          compactionRetentionHours: mostly([8], [4]),
        },
        { requiredKeys: [] },
      ),
      controlPlane: fc.record({ machines: mostly([3, 4, 6], [2]) }, { requiredKeys: [] }),
      workers: fc.uniqueArray(pool, { minLength: 1, maxLength: 2, selector: (each) => each.name }),
      namespaces: fc.uniqueArray(namespace, { maxLength: 2, selector: (each) => each.name }),
      images: fc.record({ requireDigests: fc.boolean() }),
    },
    { requiredKeys: ['access'] },
  )
  .map((changes) => ({ ...minimalInput, ...changes }));
