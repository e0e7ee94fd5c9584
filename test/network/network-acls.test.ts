import { describe, expect, test } from '@jest/globals';
import { limits } from '../../lib/aws/limits';
import { planNetworkAcls } from '../../lib/network/plan-network-acls';
import { planPortMatrix } from '../../lib/network/plan-port-matrix';
import { subnetKinds } from '../../lib/network/subnet-kinds';
import { makeBlueprint, minimalInput } from '../support/cluster/blueprint-inputs';

const aclsOf = (changes: Parameters<typeof makeBlueprint>[0] = {}) => {
  const blueprint = makeBlueprint(changes);
  return planNetworkAcls({
    vpcCidr: blueprint.network.vpcCidr,
    portMatrix: planPortMatrix(blueprint),
  });
};

const keysOf = (acls: ReturnType<typeof aclsOf>) =>
  Object.fromEntries(subnetKinds.map((kind) => [kind, acls[kind].map(({ key }) => key)]));

describe('planNetworkAcls', () => {
  test('plans the default cluster', () => {
    const outside = [
      'egress-icmp-3-4-0-0-0-0-0',
      'egress-tcp-1024-65535-0-0-0-0-0',
      'egress-tcp-443-0-0-0-0-0',
    ];
    const nodes = [
      'ingress-icmp-3-4-0-0-0-0-0',
      'ingress-tcp-1024-65535-0-0-0-0-0',
      'ingress-tcp-22-10-0-0-0-16',
      'ingress-udp-1024-65535-10-0-0-0-16',
    ];
    expect(keysOf(aclsOf())).toEqual({
      public: [
        'egress-icmp-3-4-0-0-0-0-0',
        'egress-tcp-1024-65535-0-0-0-0-0',
        'egress-tcp-22-10-0-0-0-16',
        'egress-tcp-443-0-0-0-0-0',
        'ingress-icmp-3-4-0-0-0-0-0',
        'ingress-tcp-1024-65535-0-0-0-0-0',
        'ingress-tcp-22-0-0-0-0-0',
        'ingress-tcp-443-10-0-0-0-16',
      ],
      private: [
        'egress-icmp-3-4-0-0-0-0-0',
        'egress-tcp-1024-65535-10-0-0-0-16',
        'egress-tcp-443-0-0-0-0-0',
        'egress-udp-1024-65535-10-0-0-0-16',
        'ingress-icmp-3-4-0-0-0-0-0',
        'ingress-tcp-1024-65535-0-0-0-0-0',
        'ingress-tcp-22-10-0-0-0-16',
        'ingress-tcp-443-10-0-0-0-16',
        'ingress-udp-1024-65535-10-0-0-0-16',
      ],
      'control-plane': [...outside, 'egress-udp-1024-65535-10-0-0-0-16', ...nodes],
      etcd: [
        'egress-icmp-3-4-0-0-0-0-0',
        'egress-tcp-1024-65535-10-0-0-0-16',
        'egress-tcp-443-0-0-0-0-0',
        'ingress-icmp-3-4-0-0-0-0-0',
        'ingress-tcp-1024-65535-0-0-0-0-0',
        'ingress-tcp-22-10-0-0-0-16',
      ],
    });
  });

  test('is the same for any number of zones, members and clients', () => {
    const zones = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `eu-central-1${letter}`);
    const many = aclsOf({
      zones,
      controlPlane: { machines: 6 },
      etcd: { members: 7 },
      access: {
        ...minimalInput.access,
        apiCidrs: Array.from({ length: 40 }, (_, index) => `203.0.113.${index}/32`),
      },
    });
    expect(many).toEqual(aclsOf());
  });

  test('leaves room in every ACL, with every feature that adds ports', () => {
    const acls = aclsOf({
      access: { ...minimalInput.access, nodePortCidrs: ['192.0.2.0/24'] },
      network: { podEncryption: 'wireguard' },
      workers: [{ name: 'general', nodePorts: [30080] }],
    });
    for (const kind of subnetKinds) {
      for (const direction of ['ingress', 'egress'] as const) {
        const count = acls[kind].filter((entry) => entry.direction === direction).length;
        expect(count).toBeLessThanOrEqual(limits.entriesOfNetworkAcl / 2);
      }
    }
  });

  test('numbers each entry once a direction, by itself alone', () => {
    const fewer = aclsOf({ access: { ...minimalInput.access, apiCidrs: [] } });
    for (const kind of subnetKinds) {
      const all = aclsOf()[kind];
      for (const direction of ['ingress', 'egress']) {
        const numbers = all.filter((e) => e.direction === direction).map(({ number }) => number);
        expect(new Set(numbers).size).toBe(numbers.length);
      }
      for (const { key, number } of fewer[kind]) {
        expect(all.find((entry) => entry.key === key)?.number ?? number).toBe(number);
      }
    }
  });
});
