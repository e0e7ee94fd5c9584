import type { Check } from '../../check';
import type { Facts } from '../../facts';
import { unknown, verdictOf, type Finding } from '../../finding';
import {
  blocks,
  readCloud,
  references,
  resolve,
  resourcesOfKind,
  type Cloud,
} from '../../readers/cloud';
import { roleOf } from '../../readers/cloud-roles';
import { profileReferences, readHosts } from '../../readers/hosts';
import { readStatements } from '../../readers/iam-policies';
import { textAt } from '../../readers/values';

/** Actions that give out secrets: they must name what they may read. */
const secretActions = [
  'ssm:GetParameter',
  'ssm:GetParameters',
  'ssm:GetParametersByPath',
  'ssm:GetParameterHistory',
  'secretsmanager:GetSecretValue',
  'secretsmanager:BatchGetSecretValue',
  'kms:Decrypt',
  'kms:CreateGrant',
  'kms:ReEncryptFrom',
  's3:GetObject',
  's3:GetObjectVersion',
  's3:PutBucketPolicy',
  'sts:AssumeRole',
  'dynamodb:GetItem',
];

/** Actions by which a role makes itself or another more powerful, or acts as another machine. */
const escalations = [
  'iam:AddUserToGroup',
  'iam:AttachGroupPolicy',
  'iam:AttachRolePolicy',
  'iam:AttachUserPolicy',
  'iam:CreateAccessKey',
  'iam:CreateLoginProfile',
  'iam:CreatePolicyVersion',
  'iam:DeleteRolePermissionsBoundary',
  'iam:PassRole',
  'iam:PutGroupPolicy',
  'iam:PutRolePolicy',
  'iam:PutUserPolicy',
  'iam:SetDefaultPolicyVersion',
  'iam:UpdateAssumeRolePolicy',
  'iam:UpdateLoginProfile',
  'ssm:SendCommand',
  'ssm:StartSession',
  'ec2:AssociateIamInstanceProfile',
  'ec2:ReplaceIamInstanceProfileAssociation',
  'ec2:ModifyInstanceAttribute',
  'ec2:RunInstances',
  'ec2-instance-connect:SendSSHPublicKey',
  'lambda:CreateFunction',
  'lambda:UpdateFunctionCode',
  'cloudformation:CreateStack',
  'kms:PutKeyPolicy',
];

/** Whether an action of a statement, wildcards and case aside, covers one of some actions. */
function covers(pattern: string, actions: readonly string[]): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  const matcher = new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
  return actions.some((action) => matcher.test(action));
}

const isEscalation = (action: string) => covers(action, escalations);
const maySecret = (action: string) => covers(action, secretActions) || action.endsWith(':*');

/** Whether a resource stands for all of its kind: `*`, a bucket of any name, any key or parameter. */
function namesEverything(resource: string): boolean {
  const [, , , , , ...rest] = resource.split(':');
  const name = resource.startsWith('arn:') ? rest.join(':') : resource;
  const kind = /^(parameter|key|secret|role|table|log-group|instance|document|alias)[/:]/;
  const own = name.replace(kind, '').replaceAll(/[*?/:-]/g, '');
  return own.length < 3;
}

const noHosts = 'no EC2 machines among the facts';

/** Settings of EC2, IAM and Route 53. */
export const awsChecks: readonly Check[] = [
  {
    id: 'aws/metadata-tokens-required',
    title: 'The metadata service answers requests with a session token alone (IMDSv2)',
    why: 'Without tokens a single forged request through a web application reads the credentials of the machine.',
    remedy: 'Set metadataOptions.httpTokens to required.',
    run: (facts) => evaluateMetadata(facts, 'httpTokens', (value) => value === 'required'),
  },
  {
    id: 'aws/metadata-hop-limit',
    title: 'Answers of the metadata service do not travel beyond the machine itself (hop limit 1)',
    why: 'With a higher limit they reach pods, which then have all the rights of their node in AWS.',
    remedy: 'Set metadataOptions.httpPutResponseHopLimit to 1.',
    run: (facts) => evaluateMetadata(facts, 'httpPutResponseHopLimit', (value) => value === '1'),
  },
  {
    id: 'aws/roles-not-shared',
    title: 'No two tiers share an IAM role',
    why: 'A worker that is taken over must not read the secrets of the control plane or of etcd.',
    remedy: 'Give each tier, and each etcd member, an instance profile of its own.',
    run: (facts) => {
      const hosts = readHosts(facts);
      const cloud = readCloud(facts);
      if (!hosts || !cloud) return unknown(noHosts);
      const used = hosts.flatMap(({ name, resource }) =>
        profileReferences(resource.inputs).map((profile) => ({
          name,
          tier: roleOf(resource) ?? name,
          profile: roleOfProfile(cloud, profile),
        })),
      );
      return verdictOf(
        used.map(({ name, tier, profile }): Finding => {
          const others = used.filter((row) => row.profile === profile && row.tier !== tier);
          const shared =
            others.length > 0 ? `, shared with ${others.map((row) => row.name).join(', ')}` : '';
          return { holds: others.length === 0, evidence: `${name}: role ${profile}${shared}` };
        }),
        'no instance profiles among the facts',
      );
    },
  },
  {
    id: 'aws/roles-least-privilege',
    title: 'Roles of machines allow named actions, and no administrator policy is attached',
    why: 'What a machine may do in AWS is what an intruder on it may do.',
    remedy: 'Name the actions and the resources of each statement.',
    run: (facts) => {
      const statements = readStatements(facts);
      const cloud = readCloud(facts);
      if (!statements || !cloud) return unknown('no cloud resources among the facts');
      const attached = resourcesOfKind(cloud, 'RolePolicyAttachment').map(
        ({ name, inputs }): Finding => {
          const arn = references(inputs, 'policyArn')[0] ?? '';
          return {
            holds: !/(AdministratorAccess|PowerUserAccess|FullAccess)$/.test(arn),
            evidence: `${name}: ${arn}`,
          };
        },
      );
      const written = statements
        .filter(({ effect }) => effect === 'Allow')
        .map(({ location, actions, resources }): Finding => {
          const everything = resources.length === 0 || resources.some(namesEverything);
          const wide = actions.filter(
            (action) =>
              /^[*?:]+$/.test(action) || isEscalation(action) || (everything && maySecret(action)),
          );
          return {
            holds: wide.length === 0,
            evidence: `${location}: ${wide.length > 0 ? wide.join(', ') : `${actions.length} named actions`}`,
          };
        });
      return verdictOf([...attached, ...written], 'no policies of roles among the facts');
    },
  },
  {
    id: 'aws/private-dns-zone',
    title: 'DNS zones of the cluster are private',
    why: 'A public zone tells everybody the names and addresses of machines.',
    remedy: 'Associate the zone with the VPC.',
    run: (facts) => {
      const cloud = readCloud(facts);
      return verdictOf(
        cloud &&
          resourcesOfKind(cloud, 'Zone').map(({ name, inputs }): Finding => {
            const vpcs = blocks(inputs, 'vpcs');
            return {
              holds: vpcs.length > 0,
              evidence:
                `${name}: ${vpcs.length > 0 ? 'private' : 'public'} zone ${textAt(inputs, 'name') ?? ''}`.trim(),
            };
          }),
        'no DNS zone among the facts',
      );
    },
  },
  {
    id: 'machines/volumes-encrypted',
    title: 'Every volume is encrypted',
    why: 'Snapshots and discarded disks hold what the machine held.',
    remedy: 'Set encrypted: true on volumes and block devices.',
    run: (facts) => {
      const cloud = readCloud(facts);
      if (!cloud) return unknown('no cloud resources among the facts');
      const volumes = resourcesOfKind(cloud, 'Volume').map(({ name, inputs }) => ({
        name,
        encrypted: textAt(inputs, 'encrypted'),
      }));
      const devices = (readHosts(facts) ?? []).flatMap(({ name, resource: { inputs } }) => {
        const found = [
          ...blocks(inputs, 'rootBlockDevice'),
          ...blocks(inputs, 'ebsBlockDevices'),
          ...blocks(inputs, 'blockDeviceMappings').flatMap((mapping) => blocks(mapping, 'ebs')),
        ];
        if (found.length === 0) {
          const template = blocks(inputs, 'launchTemplate').length > 0;
          return template ? [] : [{ name: `${name} root`, encrypted: undefined }];
        }
        return found.map((device) => ({ name, encrypted: textAt(device, 'encrypted') }));
      });
      return verdictOf(
        [...volumes, ...devices].map(({ name, encrypted }): Finding => ({
          holds: encrypted === 'true',
          evidence: `${name}: ${encrypted === 'true' ? 'encrypted' : 'not encrypted'}`,
        })),
        'no volumes among the facts',
      );
    },
  },
];

/** The role behind an instance profile: two profiles of one role give the same rights. */
function roleOfProfile(cloud: Cloud, profile: string): string {
  const found = resolve(cloud, profile);
  return references(found?.inputs, 'role')[0] ?? found?.name ?? profile;
}

function evaluateMetadata(
  facts: Facts,
  field: string,
  holds: (value: string | undefined) => boolean,
) {
  const cloud = readCloud(facts);
  return verdictOf(
    readHosts(facts)?.map(({ name, resource: { inputs } }): Finding => {
      const own = textAt(blocks(inputs, 'metadataOptions')[0], field);
      const template = blocks(inputs, 'launchTemplate')
        .map((block) => cloud && resolve(cloud, references(block, 'id')[0]))
        .find((found) => found !== undefined);
      const value = own ?? textAt(blocks(template?.inputs, 'metadataOptions')[0], field);
      return { holds: holds(value), evidence: `${name}: ${field} ${value ?? 'is not set'}` };
    }),
    noHosts,
  );
}
