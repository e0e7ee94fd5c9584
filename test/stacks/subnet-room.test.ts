import { describe, expect, test } from '@jest/globals';
import { sizeOf } from '../../lib/blueprint/ipv4';
import { minimalInput } from '../support/cluster/blueprint-inputs';
import { recordCluster } from '../support/cluster/record-cluster';

/**
 * Addresses that a subnet must have left for a network load balancer.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/availability-zones.html
 */
const neededByLoadBalancer = 8;

/** Addresses of each subnet that AWS keeps. */
const kept = 5;

describe('the smallest VPC', () => {
  test.each(['ssh', 'session-manager'] as const)(
    'leaves room for load balancers, whatever is made before them (%s)',
    async (access) => {
      const { resources } = await recordCluster({
        bastion: { ...minimalInput.bastion, access },
        network: { vpcCidr: '10.0.0.0/24' },
        zones: ['a', 'b', 'c'].map((letter) => `eu-central-1${letter}`),
      });
      const of = (kind: string) => resources.filter(({ type }) => type.endsWith(`:${kind}`));
      const takes = (subnet: unknown) =>
        of('NatGateway').filter(({ inputs }) => inputs.subnetId === subnet).length +
        of('VpcEndpoint').filter(({ inputs }) => listOf(inputs.subnetIds).includes(subnet)).length +
        // A machine and the one that replaces it.
        2 *
          of('Group').filter(({ inputs }) => listOf(inputs.vpcZoneIdentifiers).includes(subnet))
            .length;
      const balancers = of('LoadBalancer');
      expect(balancers).toHaveLength(2);
      for (const { inputs } of balancers) {
        for (const subnet of listOf(inputs.subnets)) {
          const cidr = of('Subnet').find(({ computed }) => computed.id === subnet)?.inputs
            .cidrBlock;
          const size = sizeOf(Number(String(cidr).split('/')[1]));
          expect(size - kept - takes(subnet)).toBeGreaterThanOrEqual(neededByLoadBalancer);
        }
      }
    },
  );
});

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
