import { beforeAll, describe, expect, test } from '@jest/globals';
import type { RecordedResource } from '../support/cluster/mocks';
import { recordCluster } from '../support/cluster/record-cluster';

describe('policies of machines', () => {
  let resources: readonly RecordedResource[];
  let policies: ReadonlyMap<string, string>;

  beforeAll(async () => {
    const run = await recordCluster();
    resources = run.resources;
    policies = new Map(
      resources
        .filter(({ type }) => type === 'aws:iam/rolePolicy:RolePolicy')
        .map(({ inputs }) => [String(inputs.role), String(inputs.policy)]),
    );
  });

  test('are the only ones: every role has one, none is managed or attached', () => {
    const roles = resources.filter(({ type }) => type === 'aws:iam/role:Role');
    expect(roles.map(({ name }) => name).sort()).toEqual([
      'prod-bastion',
      'prod-control-plane',
      'prod-etcd-0',
      'prod-etcd-1',
      'prod-etcd-2',
      'prod-etcd-3',
      'prod-etcd-4',
      'prod-flow-logs',
      'prod-worker',
    ]);
    expect(policies.size).toBe(roles.length);
    expect(roles.flatMap(({ inputs }) => Object.keys(inputs)).sort()).not.toContain(
      'managedPolicyArns',
    );
    expect(resources.filter(({ type }) => type.includes('PolicyAttachment'))).toEqual([]);
  });

  test('name every resource, but for one call that EC2 offers nothing narrower for', () => {
    const broad = [...policies].flatMap(([role, json]) => {
      const { Statement } = JSON.parse(json) as {
        Statement: { Action: string[]; Resource: string[]; Effect: string }[];
      };
      return Statement.filter(
        ({ Effect, Resource }) => Effect === 'Allow' && Resource.includes('*'),
      ).flatMap(({ Action }) => Action.map((action) => `${role}: ${action}`));
    });
    expect(broad.sort()).toEqual(['prod-control-plane: ec2:DescribeInstances']);
  });

  test('fit into what AWS takes, and none has an empty list', () => {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html and the quotas of
    // KMS (32 KB), S3 (20 KB) and VPC endpoints (20,480 characters).
    const limits: Readonly<Record<string, number>> = {
      RolePolicy: 10_240,
      Key: 32_768,
      BucketPolicy: 20_480,
      VpcEndpoint: 20_480,
    };
    const documents = resources.flatMap(({ type, name, inputs }) => {
      const text = inputs.policy ?? inputs.assumeRolePolicy;
      return typeof text === 'string' ? [{ type: type.split(':').at(-1) ?? '', name, text }] : [];
    });
    expect(documents.length).toBeGreaterThan(25);
    for (const { type, name, text } of documents) {
      // White space does not count.
      const size = text.replace(/\s/g, '').length;
      expect([name, size < (limits[type] ?? 2048)]).toEqual([name, true]);
      expect([name, /\[\]/.exec(text)]).toEqual([name, null]);
    }
  });
});
