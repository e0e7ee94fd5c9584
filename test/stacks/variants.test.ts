import { describe, expect, test } from '@jest/globals';
import type { BlueprintInput } from '../../lib/blueprint/schema/blueprint-schema';
import { minimalInput } from '../support/cluster/blueprint-inputs';
import { recordCluster } from '../support/cluster/record-cluster';

async function register(changes: Partial<BlueprintInput>) {
  const { resources, outputs } = await recordCluster(changes);
  return {
    resources,
    outputs,
    named: (pattern: RegExp) =>
      resources
        .filter(({ custom }) => custom)
        .map(({ type, name }) => `${type.split(':').at(-1) ?? ''} ${name}`)
        .filter((label) => pattern.test(label))
        .sort(),
    input: (type: string, name: string, key: string) =>
      resources.find((resource) => resource.type.endsWith(`:${type}`) && resource.name === name)
        ?.inputs[key],
  };
}

const sshCidrs = ['198.51.100.0/24'];

describe('HardenedCluster', () => {
  test('has no public load balancer for a private API', async () => {
    const { named, outputs } = await register({ access: { apiCidrs: [], sshCidrs } });
    expect(named(/^(LoadBalancer|Listener) /)).toEqual([
      'Listener prod-internal-api',
      'LoadBalancer prod-internal',
    ]);
    // Its name resolves everywhere, which that of the private zone does not.
    const host = 'prod-internal.elb.eu-central-1.amazonaws.com';
    expect([outputs.apiHost, outputs.apiPrivateHost]).toEqual([host, host]);
    expect(String(outputs.kubeconfig)).toContain(`https://${host}:6443`);
    expect(String(outputs.kubeconfig)).toContain('"tls-server-name": "api.prod.internal"');
  });

  test('keeps every role within the boundary of the account', async () => {
    const boundary = 'arn:aws:iam::123456789012:policy/boundary';
    const { resources } = await register({
      access: { apiCidrs: [], sshCidrs, permissionsBoundaryArn: boundary },
    });
    const roles = resources.filter(({ type }) => type.endsWith(':Role'));
    expect(roles.length).toBeGreaterThan(7);
    for (const { name, inputs } of roles) {
      expect([name, inputs.permissionsBoundary]).toEqual([name, boundary]);
    }
  });

  test('gives out what others attach to', async () => {
    const { outputs } = await register({});
    expect(outputs).toMatchObject({
      subnetIds: { private: { 'eu-central-1a': expect.any(String) } },
      securityGroupIds: { worker: expect.any(String), endpoints: expect.any(String) },
      natAddresses: { 'eu-central-1a': '198.51.100.7' },
      keyArns: { storage: expect.stringContaining(':key/') },
    });
  });

  test('listens for NodePorts of the pools that name them', async () => {
    const { named, input } = await register({
      access: { apiCidrs: [], sshCidrs, nodePortCidrs: ['203.0.113.0/24'] },
      workers: [{ name: 'general' }, { name: 'edge', nodePorts: [30443] }],
    });
    expect(named(/^Listener /)).toEqual([
      'Listener prod-internal-api',
      'Listener prod-public-node-port-30443',
    ]);
    expect(input('Group', 'prod-worker-edge', 'targetGroupArns')).toHaveLength(1);
    expect(input('Group', 'prod-worker-general', 'targetGroupArns')).toBeUndefined();
  });

  test('opens no port 22 where Session Manager stands in for SSH', async () => {
    const { named, input, outputs } = await register({
      access: { apiCidrs: [] },
      bastion: { access: 'session-manager' },
    });
    expect(named(/^SecurityGroup.*Rule .*ssh|^Eip prod-bastion/)).toEqual([]);
    expect(named(/^Document |^VpcEndpoint prod-endpoints-.*messages/)).toEqual([
      'Document prod-sessions',
      'VpcEndpoint prod-endpoints-ec2messages',
      'VpcEndpoint prod-endpoints-ssmmessages',
    ]);
    expect(outputs.sessionDocument).toBe('prod-session');
    expect(outputs.bastionAddress).toBeUndefined();
    expect(JSON.parse(String(input('Document', 'prod-sessions', 'content')))).toMatchObject({
      sessionType: 'Standard_Stream',
      inputs: {
        cloudWatchLogGroupName: '/hardened-cluster/prod/sessions--logs-id',
        cloudWatchEncryptionEnabled: true,
      },
    });
  });

  test('has no bastion when none is wanted', async () => {
    const { named } = await register({
      access: { apiCidrs: [] },
      bastion: { access: 'none' },
    });
    expect(named(/bastion/)).toEqual([]);
  });

  test('publishes no issuer for tokens that are for the cluster alone', async () => {
    const { named, outputs } = await register({
      ...minimalInput,
      kubernetes: { serviceAccountIssuer: 'cluster' },
    });
    expect(named(/oidc/)).toEqual([]);
    expect(outputs.oidcIssuer).toBeUndefined();
  });

  test('lets the control plane alone use the key of Kubernetes Secrets', async () => {
    const keyArn = 'arn:aws:kms:eu-central-1:123456789012:key/0123abcd';
    const { resources } = await register({
      kubernetes: { encryption: { provider: 'kms', keyArn } },
    });
    const users = resources
      .filter(
        ({ type, inputs }) => type.endsWith('RolePolicy') && String(inputs.policy).includes(keyArn),
      )
      .map(({ name }) => name);
    expect(users).toEqual(['prod-control-plane']);
  });

  test('takes pinned images and spot machines', async () => {
    const { input } = await register({
      machineImages: { arm64: 'ami-0123456789abcdef0' },
      workers: [{ name: 'batch', capacity: 'spot' }],
    });
    expect(input('Instance', 'prod-etcd-etcd-0', 'ami')).toBe('ami-0123456789abcdef0');
    expect(input('LaunchTemplate', 'prod-worker-batch', 'instanceMarketOptions')).toMatchObject({
      marketType: 'spot',
    });
    expect(input('LaunchTemplate', 'prod-control-plane', 'instanceMarketOptions')).toBeUndefined();
  });
});
