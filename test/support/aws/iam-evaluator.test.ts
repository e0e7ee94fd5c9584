import { describe, expect, test } from '@jest/globals';
import { evaluate, type IamPolicies, type IamPrincipal, type IamRequest } from './iam-evaluator';

const account = '111122223333';
const role: IamPrincipal = { kind: 'aws', arn: `arn:aws:iam::${account}:role/app`, account };
const stranger: IamPrincipal = {
  kind: 'aws',
  arn: 'arn:aws:iam::444455556666:user/bob',
  account: '444455556666',
};
const policy = (...statements: readonly object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (rest: object = {}) => ({ Effect: 'Allow', Action: '*', Resource: '*', ...rest });
const deny = (rest: object = {}) => ({ Effect: 'Deny', Action: '*', Resource: '*', ...rest });

const ask = (policies: IamPolicies, request: Partial<IamRequest> = {}) =>
  evaluate(policies, {
    principal: role,
    action: 's3:GetObject',
    resource: 'arn:aws:s3:::bucket/key',
    resourceAccount: account,
    context: {},
    ...request,
  }).allowed;

/** Retold from the examples of IAM's, S3's and KMS's guides; each page is named with its cases. */
describe('as AWS documents it', () => {
  // reference_policies_evaluation-logic_policy-eval-denyallow.html
  test('nothing is allowed unless something allows, and a denial wins', () => {
    expect(ask({ identity: [policy()] })).toBe(false);
    expect(ask({ identity: [policy(allow())] })).toBe(true);
    expect(ask({ identity: [policy(allow()), policy(deny({ Action: 's3:Get*' }))] })).toBe(false);
    expect(ask({ identity: [policy(allow({ Action: 'S3:getobject' }))] })).toBe(true);
  });

  // reference_policies_evaluation-logic_policy-eval-basics-single-account.html
  test('within an account identity or resource is enough; across accounts both are needed', () => {
    const open = policy(allow({ Principal: { AWS: role.arn } }));
    expect(ask({ identity: [], resource: open })).toBe(true);
    const toStranger = policy(allow({ Principal: { AWS: stranger.arn } }));
    expect(ask({ identity: [], resource: toStranger }, { principal: stranger })).toBe(false);
    const both = { identity: [policy(allow())], resource: toStranger };
    expect(ask(both, { principal: stranger })).toBe(true);
    expect(ask({ identity: [policy(allow())] }, { principal: stranger })).toBe(false);
  });

  // reference_policies_elements_principal.html: the account's principal hands over to IAM
  test('an allowance to the root of the account leaves it to identity policies', () => {
    const root = policy(allow({ Principal: { AWS: `arn:aws:iam::${account}:root` } }));
    expect(ask({ identity: [], resource: root })).toBe(false);
    expect(ask({ identity: [policy(allow())], resource: root })).toBe(true);
  });

  // kms/latest/developerguide/key-policies.html: without the key policy no IAM policy counts
  test('a key answers nobody whom its own policy does not let', () => {
    const key = { action: 'kms:Decrypt', resource: `arn:aws:kms:eu-central-1:${account}:key/1` };
    const other = policy(allow({ Principal: { AWS: `arn:aws:iam::${account}:role/other` } }));
    expect(ask({ identity: [policy(allow())], resource: other }, key)).toBe(false);
    const root = policy(allow({ Principal: { AWS: `arn:aws:iam::${account}:root` } }));
    expect(ask({ identity: [policy(allow())], resource: root }, key)).toBe(true);
    expect(ask({ identity: [], resource: root }, key)).toBe(false);
  });

  // vpc/latest/privatelink/vpc-endpoints-access.html
  test('an endpoint lets through what its policy allows, and gives no permission', () => {
    const own = policy(
      allow({ Principal: '*', Condition: { StringEquals: { 'aws:PrincipalAccount': account } } }),
    );
    const context = { 'aws:PrincipalAccount': account };
    expect(ask({ identity: [policy(allow())], endpoint: own }, { context })).toBe(true);
    expect(ask({ identity: [policy(allow())], endpoint: own })).toBe(false);
    expect(ask({ identity: [], endpoint: own }, { context })).toBe(false);
  });

  // reference_policies_elements_condition_operators.html: keys that are not in the request
  test.each([
    [{ StringEquals: { 'aws:SourceVpc': 'vpc-1' } }, {}, false],
    [{ StringEqualsIfExists: { 'aws:SourceVpc': 'vpc-1' } }, {}, true],
    [{ StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } }, {}, true],
    [{ StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } }, { 'aws:sourcevpc': 'vpc-1' }, false],
    [{ ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::1:role/a*' } }, {}, true],
    [{ Null: { 'aws:SourceVpc': 'true' } }, {}, true],
    [{ Null: { 'aws:SourceVpc': 'false' } }, {}, false],
    [{ BoolIfExists: { 'aws:ViaAWSService': 'false' } }, { 'aws:ViaAWSService': 'true' }, false],
    [{ IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }, { 'aws:SourceIp': '192.0.2.77' }, true],
    [{ NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }, { 'aws:SourceIp': '192.0.3.1' }, true],
    [{ NumericLessThan: { 's3:TlsVersion': '1.2' } }, { 's3:TlsVersion': '1.1' }, true],
  ])('%j with %j: %s', (Condition, context, expected) => {
    expect(ask({ identity: [policy(allow({ Condition }))] }, { context })).toBe(expected);
  });

  // reference_policies_variables.html: the home folder of a user
  test('variables stand for what the request says, and for nothing when it says nothing', () => {
    const home = {
      identity: [policy(allow({ Resource: 'arn:aws:s3:::bucket/${aws:username}/*' }))],
    };
    const request = (username?: string) => ({
      resource: 'arn:aws:s3:::bucket/ada/notes',
      context: username === undefined ? {} : { 'aws:username': username },
    });
    expect(ask(home, request('ada'))).toBe(true);
    expect(ask(home, request('bob'))).toBe(false);
    expect(ask(home, request())).toBe(false);
  });

  // aws:Ec2InstanceSourceVpc in reference_policies_condition-keys.html
  test('the credentials of an instance are refused outside its VPC, but not to services', () => {
    const tie = policy(
      allow(),
      deny({
        Condition: {
          StringNotEquals: { 'aws:ec2InstanceSourceVPC': '${aws:SourceVpc}' },
          Null: { 'ec2:SourceInstanceARN': 'false' },
          BoolIfExists: { 'aws:ViaAWSService': 'false' },
        },
      }),
    );
    const instance = {
      'aws:Ec2InstanceSourceVpc': 'vpc-1',
      'ec2:SourceInstanceARN': 'arn:aws:ec2:eu-central-1:1:instance/i-1',
    };
    const from = (more: Readonly<Record<string, string>>) =>
      ask({ identity: [tie] }, { context: { ...instance, ...more } });
    expect(from({ 'aws:SourceVpc': 'vpc-1' })).toBe(true);
    expect(from({ 'aws:SourceVpc': 'vpc-2' })).toBe(false);
    expect(from({ 'aws:SourceIp': '192.0.2.1' })).toBe(false);
    expect(from({ 'aws:ViaAWSService': 'true' })).toBe(true);
    expect(ask({ identity: [tie] })).toBe(true);
  });

  // AmazonS3/latest/userguide/example-bucket-policies.html
  test('anyone reads what a bucket gives to everyone, unless it is denied', () => {
    const open = allow({ Principal: '*', Action: 's3:GetObject' });
    const anonymous: Partial<IamRequest> = { principal: { kind: 'anonymous' } };
    expect(ask({ resource: policy(open) }, anonymous)).toBe(true);
    expect(ask({}, anonymous)).toBe(false);
    const tls = deny({ Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    const plain = { ...anonymous, context: { 'aws:SecureTransport': 'false' } };
    expect(ask({ resource: policy(open, tls) }, plain)).toBe(false);
  });

  // STS API reference: no permissions are required for GetCallerIdentity, a denial has no effect
  test('who one is can be asked whatever the policies of the identity say', () => {
    const request = { action: 'sts:GetCallerIdentity', resource: '*' };
    expect(ask({ identity: [policy(deny())] }, request)).toBe(true);
    expect(ask({ endpoint: policy() }, request)).toBe(false);
  });
});
