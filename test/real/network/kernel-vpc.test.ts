import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { minimalInput } from '../../support/cluster/blueprint-inputs';
import {
  PlannedNetwork,
  type KernelVpcLoad,
  type PlannedResource,
} from '../../support/network/kernel-vpc';
import { canIsolate } from '../../support/machine/machine-network';

const full: KernelVpcLoad = { each: 100, denied: 25_000, patienceSeconds: 8 };
const small: KernelVpcLoad = { each: 40, denied: 0, patienceSeconds: 2 };
const letters = ['a', 'b', 'c', 'd', 'e', 'f'];
const { access } = minimalInput;

const configurations: readonly (readonly [string, object])[] = [
  ['the default cluster', {}],
  [
    'six zones',
    { zones: letters.map((zone) => `eu-central-1${zone}`), controlPlane: { machines: 6 } },
  ],
  [
    'node ports, and an encrypted pod network',
    {
      access: { ...access, nodePortCidrs: ['192.0.2.0/24', '10.7.0.0/16'] },
      network: { podEncryption: 'wireguard', natGateways: 'single' },
      workers: [
        { name: 'general', nodePorts: [30443] },
        { name: 'ingress', nodePorts: [30080, 32767] },
      ],
    },
  ],
  [
    'a private API',
    { access: { apiCidrs: [], privateApiCidrs: ['10.8.0.0/16'], sshCidrs: access.sshCidrs } },
  ],
  [
    'a private API behind Session Manager, in a small VPC',
    {
      access: { apiCidrs: [] },
      bastion: { access: 'session-manager' },
      network: { vpcCidr: '192.168.7.0/24' },
    },
  ],
];

const where = canIsolate() ? describe : describe.skip;

where('a VPC made of kernel parts', () => {
  test.each(configurations)('carries what firewall.json allows of %s', (_name, changes) => {
    const network = new PlannedNetwork({ ...minimalInput, ...changes });
    try {
      const result = network.run(full);
      expect({ wrong: result.wrong, examples: result.examples }).toEqual({
        wrong: 0,
        examples: [],
      });
      expect(result.connections).toBeGreaterThanOrEqual(15_000);
      expect(result.rows).toEqual(network.rows());
    } finally {
      network.remove();
    }
  });
});

const kindOf = ({ type }: PlannedResource) => type.split(':').at(-1);
const isRule = (resource: PlannedResource) => kindOf(resource) === 'NetworkAclRule';
const change = (resource: PlannedResource, inputs: object): PlannedResource => ({
  ...resource,
  inputs: { ...resource.inputs, ...inputs },
});

/** Answers into the subnets of a kind, or into all. */
const answers = (resource: PlannedResource, kind = '') =>
  isRule(resource) &&
  resource.name.startsWith(`prod-network-${kind}`) &&
  resource.inputs.egress === false &&
  resource.inputs.fromPort === 1024 &&
  resource.inputs.cidrBlock === '0.0.0.0/0';

type Edit = (resources: readonly PlannedResource[]) => readonly PlannedResource[];
const without =
  (lost: (resource: PlannedResource) => boolean): Edit =>
  (resources) =>
    resources.filter((resource) => !lost(resource));

/** What the first plan had: 6443 from the VPC alone, and answers from 32768 on. */
const firstAcls: Edit = (resources) =>
  resources.flatMap((resource) =>
    answers(resource, 'control-plane')
      ? [
          change(resource, { fromPort: 32768 }),
          ...[6443, 10250].map((port, index) =>
            change(resource, {
              cidrBlock: '10.0.0.0/16',
              fromPort: port,
              toPort: port,
              ruleNumber: index + 1,
            }),
          ),
        ]
      : [resource],
  );

/** Every rule of every group opened to everybody and all ports. */
const openGroups: Edit = (resources) =>
  resources.map((resource) => {
    if (!/^SecurityGroup(In|E)gressRule$/.test(kindOf(resource) ?? '')) return resource;
    const { securityGroupId } = resource.inputs;
    return { ...resource, inputs: { securityGroupId, ipProtocol: '-1', cidrIpv4: '0.0.0.0/0' } };
  });

where('the VPC of kernel parts tells', () => {
  let network: PlannedNetwork;
  beforeAll(() => {
    network = new PlannedNetwork(minimalInput);
  });
  afterAll(() => {
    network.remove();
  });

  test.each<readonly [string, Edit, readonly string[]]>([
    [
      'ACLs that admit 6443 from the VPC alone',
      firstAcls,
      ['api-from-outside', 'api-direct-from-control-plane'],
    ],
    [
      'answers from 32768 on',
      (resources) =>
        resources.map((resource) =>
          answers(resource) ? change(resource, { fromPort: 32768 }) : resource,
        ),
      ['https-from-worker', 'api-from-worker', 'aws-endpoints-from-etcd', 'etcd-peers'],
    ],
    [
      'a lost route',
      without(({ name }) => name === 'prod-network-private-eu-central-1b-internet'),
      ['https-from-worker'],
    ],
    [
      'a lost route to S3',
      without(({ name }) => name === 'prod-s3-isolated-etcd'),
      ['s3-from-etcd'],
    ],
    [
      'a group without its egress rule',
      without(({ name }) => name === 'prod-firewall-etcd-clients-out'),
      ['etcd-clients'],
    ],
    [
      'ACLs that drop reports of packets that are too large',
      without((resource) => isRule(resource) && resource.inputs.protocol === 'icmp'),
      ['api-from-outside', 'ssh-to-bastion'],
    ],
    [
      'groups that drop them',
      without(({ name }) => name.endsWith('-path-mtu-in')),
      ['api-from-outside', 'ssh-to-bastion'],
    ],
    [
      'a subnet without its ACL',
      without(
        (resource) =>
          kindOf(resource) === 'NetworkAclAssociation' &&
          resource.name === 'prod-network-etcd-eu-central-1a',
      ),
      ['etcd-clients', 'etcd-peers', 's3-from-etcd'],
    ],
  ])('%s', (_name, edit, rows) => {
    expect(network.run(small, edit).wrongRows).toEqual(expect.arrayContaining([...rows]));
  });

  test('what host firewalls hold when every security group is open', () => {
    const { opened } = network.run({ ...small, each: 1, denied: 25_000 }, openGroups);
    expect(opened.length).toBeGreaterThan(100);
    // The internal load balancer shares the control plane's subnets, and runs nobody's code: decision 0061.
    const held = opened.filter((flow) =>
      /^(?!internal-load-balancer ).*to (etcd tcp (2379|2380|2381)|(worker|control-plane) tcp (10250|10255|10257|10259|2379)) *$/.test(
        flow,
      ),
    );
    expect(held).toEqual([]);
  });
});
