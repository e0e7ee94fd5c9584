import { beforeAll, describe, expect, test } from '@jest/globals';
import type { PolicyResource } from '@pulumi/policy';
import { collectResources } from '../../stacks/policy-pack/collect-resources';
import { planPolicies } from '../../stacks/policy-pack/policies';
import type { RecordedResource } from '../support/cluster/mocks';
import { recordCluster } from '../support/cluster/record-cluster';
import { analyzeStack } from '../support/engine/policy-analyzer';

const policies = planPolicies();

const policyResource: PolicyResource = {
  type: 'aws:ssm/parameter:Parameter',
  name: 'p',
  urn: 'urn:pulumi:stack::test::aws:ssm/parameter:Parameter::p',
  props: {},
  opts: {
    protect: false,
    ignoreChanges: [],
    aliases: [],
    customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    additionalSecretOutputs: [],
  },
  dependencies: [],
  propertyDependencies: {},
  isType: () => false,
  asType: () => undefined,
};

/** The cluster has a control-plane machine in each zone, and the standard would like two. */
const advice =
  'advisory scs-0214/distribution/several-per-zone: Each failure zone has more than one control-plane instance.\n' +
  'scs-0214/distribution/several-per-zone: Each zone of the cluster has more than one control-plane machine. Got 3 control-plane machines in 3 zones. Run two control-plane machines for each zone (controlPlane.machines).';

test('holds one policy for each clause that resources can violate', () => {
  expect(policies.map(({ name, enforcementLevel }) => `${enforcementLevel ?? ''} ${name}`)).toEqual(
    [
      'mandatory scs-0217/etcd/restricted-access',
      'mandatory scs-0217/endpoints/secured',
      'mandatory scs-0217/endpoints/external-ports',
      'advisory scs-0217/kubelet/internal-https',
      'mandatory scs-0214/distribution/control-plane-machines',
      'advisory scs-0214/distribution/kubernetes-practice',
      'mandatory scs-0214/distribution/control-plane-zones',
      'advisory scs-0214/distribution/several-per-zone',
      'advisory scs-0214/distribution/worker-zones',
      'advisory scs-0214/distribution/worker-each-zone',
      'mandatory scs-0214/labels/host-id',
      'advisory scs-0215/etcd/backup-thinning',
      'advisory scs-0215/etcd/backup-encrypted',
      'mandatory guide/os-hardening',
      'advisory guide/bastion-host',
      'advisory guide/private-topology',
      'mandatory guide/firewall-ports',
      'mandatory guide/kubelet/firewalled',
      'mandatory guide/aws/host-privileges',
      'mandatory guide/aws/metadata-api',
      'advisory guide/kops/topology-private',
      'advisory guide/kops/bastion',
      'advisory guide/kops/bastion-in-existing-cluster',
      'advisory guide/kops/api-topology',
      'advisory guide/kops/private-dns',
      'mandatory guide/kops/aws',
    ],
  );
});

describe.each([
  ['an update', false],
  // Ids of new resources are not known: the pack goes by what depends on what.
  ['a first preview', true],
])('the policy pack in %s', (_run, preview) => {
  let resources: readonly RecordedResource[];

  beforeAll(async () => {
    ({ resources } = await recordCluster({}, { preview }));
  });

  const resource = (label: RegExp): RecordedResource => {
    const found = resources.filter(({ type, name }) => label.test(`${type} ${name}`));
    const [first] = found;
    if (!first || found.length > 1) throw new Error(`got ${found.length} of ${label.source}`);
    return first;
  };

  /** What a policy says of the stack with another resource in the place of one. */
  const violationsWith = async (policy: string, changed: RecordedResource) => {
    const { violations } = await analyzeStack(
      policies.filter(({ name }) => name === policy),
      resources.map((each) => (each.urn === changed.urn ? changed : each)),
    );
    return violations.map((violation) => violation.split('\n')[1]);
  };

  test('finds nothing binding wrong with the default cluster, and passes nothing it cannot evaluate', async () => {
    const { violations, notApplicable } = await analyzeStack(policies, resources);
    expect(violations).toEqual([advice]);
    expect(notApplicable['scs-0217/etcd/restricted-access']).toBe(
      'resources alone do not tell: etcd/host-firewall (no etcd machine among the facts), etcd/peer-names-restricted (no etcd process among the facts: its flags are not known)',
    );
    const evaluated = policies.map(({ name }) => name).filter((name) => !(name in notApplicable));
    expect(evaluated).toEqual([
      'scs-0217/endpoints/external-ports',
      'scs-0214/distribution/control-plane-machines',
      'scs-0214/distribution/control-plane-zones',
      'scs-0214/distribution/several-per-zone',
      'scs-0214/distribution/worker-zones',
      'scs-0214/distribution/worker-each-zone',
      'scs-0214/labels/host-id',
      'scs-0215/etcd/backup-thinning',
      'scs-0215/etcd/backup-encrypted',
      'guide/bastion-host',
      'guide/private-topology',
      'guide/kubelet/firewalled',
      'guide/kops/topology-private',
      'guide/kops/bastion',
      'guide/kops/bastion-in-existing-cluster',
      'guide/kops/api-topology',
      'guide/kops/private-dns',
    ]);
  });

  test('fails a machine that answers metadata requests without a token', async () => {
    const template = resource(/:LaunchTemplate prod-worker-general$/);
    const metadataOptions = { httpTokens: 'optional', httpPutResponseHopLimit: 1 };
    expect(
      await violationsWith('guide/aws/metadata-api', {
        ...template,
        inputs: { ...template.inputs, metadataOptions },
      }),
    ).toEqual([
      'guide/aws/metadata-api: The metadata service answers requests with a session token alone (IMDSv2). Got prod-worker-general: httpTokens optional. Set metadataOptions.httpTokens to required.',
    ]);
  });

  test('fails a rule that lets the internet at the kubelet', async () => {
    const rule = resource(/Rule prod-firewall-kubelet-of-worker-in$/);
    expect(
      await violationsWith('guide/kubelet/firewalled', {
        ...rule,
        inputs: { ...rule.inputs, referencedSecurityGroupId: undefined, cidrIpv4: '0.0.0.0/0' },
      }),
    ).toEqual([
      'guide/kubelet/firewalled: The kubelet API (10250) is reachable from inside the VPC only. Got prod-worker-general: 10250/tcp from 0.0.0.0/0 (allowed by its rules, no public address; rule prod-firewall-kubelet-of-worker-in). Allow 10250 from the security group of the control plane alone.',
    ]);
  });

  test('fails machines in a subnet that leads to the internet', async () => {
    const { urn, name, inputs } = resource(/:Route prod-network-private-\S+1a-internet$/);
    const open = resource(/:Route prod-network-public-internet$/);
    const { routeTableId } = inputs;
    const { gatewayId } = open.propertyDependencies;
    const table = resource(/:RouteTable prod-network-private-\S+1a$/);
    expect(
      await violationsWith('guide/private-topology', {
        ...open,
        urn,
        name,
        inputs: { ...open.inputs, routeTableId },
        propertyDependencies: { gatewayId: gatewayId ?? [], routeTableId: [table.urn] },
      }),
    ).toEqual([
      'guide/private-topology: etcd, control plane and workers have no public address and lie in private subnets. Got prod-worker-general: no public address, public subnet prod-network-private-eu-central-1a. Place them in subnets without a route to an internet gateway, without public addresses.',
    ]);
  });

  test('fails an unencrypted volume', async () => {
    const volume = resource(/:Volume prod-etcd-etcd-0/);
    expect(
      await violationsWith('guide/os-hardening', {
        ...volume,
        inputs: { ...volume.inputs, encrypted: false },
      }),
    ).toEqual([
      'guide/os-hardening: Every volume is encrypted. Got prod-etcd-etcd-0-data: not encrypted. Set encrypted: true on volumes and block devices.',
    ]);
  });

  test('fails a role that may read every parameter, once its policy is known', async () => {
    const policy = resource(/:RolePolicy prod-worker$/);
    const statement = {
      Sid: 'All',
      Effect: 'Allow',
      Action: ['ssm:GetParameter'],
      Resource: ['*'],
    };
    const wide = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    expect(
      await violationsWith('guide/aws/host-privileges', {
        ...policy,
        inputs: { ...policy.inputs, policy: wide },
      }),
    ).toEqual([
      'guide/aws/host-privileges: Roles of machines allow named actions, and no administrator policy is attached. Got prod-worker: All: ssm:GetParameter. Name the actions and the resources of each statement.',
    ]);
  });
});

test('leaves out what machines and objects hold', () => {
  const [fact] = collectResources([
    {
      ...policyResource,
      props: { name: '/prod/etcd-0', value: 'a secret', type: 'SecureString' },
    },
  ]);
  expect(fact?.inputs).toEqual({ name: '/prod/etcd-0', type: 'SecureString' });
});

test('leaves out what other providers make', () => {
  expect(
    collectResources([{ ...policyResource, type: 'tls:index/privateKey:PrivateKey' }]),
  ).toEqual([]);
});
