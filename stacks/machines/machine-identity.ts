import * as pulumi from '@pulumi/pulumi';
import { InstanceProfile } from '@pulumi/aws/iam/instanceProfile';
import { Role } from '@pulumi/aws/iam/role';
import { RolePolicy } from '@pulumi/aws/iam/rolePolicy';
import { componentType, validateArgs, type Tags } from '../component-args';
import { claimNames } from '../claim-names';
import { planCredentialTie } from '../iam/credential-tie';
import {
  policyDocument,
  renderPolicy,
  type PolicyStatement,
  type TrustStatement,
} from '../iam/policy-document';

/** Arguments of {@link MachineIdentity}. */
export interface MachineIdentityArgs {
  /** Physical name of the role: the authenticator's mapping and other policies name it. */
  readonly roleName: string;
  /** What the role is for. */
  readonly description: string;
  /** What the role may do; there is no other policy on it. */
  readonly statements: pulumi.Input<readonly PolicyStatement[]>;
  /**
   * Whether its credentials work from the machine's own address and through VPC endpoints alone; off
   * in a VPC that lacks the endpoint of a service that the machines call. @default true
   */
  readonly tiedToInstance?: boolean;
  /** A policy that the role can never go beyond. @default none */
  readonly permissionsBoundaryArn?: pulumi.Input<string>;
  /** On everything that is made. */
  readonly tags: Tags;
}

const trust: readonly TrustStatement[] = [
  {
    Sid: 'Machines',
    Effect: 'Allow',
    Principal: { Service: 'ec2.amazonaws.com' },
    Action: ['sts:AssumeRole'],
  },
];

/** Role of one tier or one etcd member, with a single policy, and the profile that machines get. */
export class MachineIdentity extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;
  readonly instanceProfileName: pulumi.Output<string>;
  readonly instanceProfileArn: pulumi.Output<string>;
  /** What a machine depends on, so that it never starts without its permissions. */
  readonly permissions: readonly pulumi.Resource[];

  constructor(name: string, args: MachineIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    validateArgs(
      'MachineIdentity',
      /^[\w+=,.@-]{1,64}$/.test(args.roleName)
        ? claimNames(opts, [{ path: 'roleName', kind: 'IAM role', name: args.roleName }])
        : [{ path: 'roleName', got: args.roleName, expected: 'an IAM name of 1 to 64 characters' }],
    );
    super(componentType('MachineIdentity'), name, {}, opts);
    const child = { parent: this };
    const tags = { ...args.tags, Name: name };
    const role = new Role(
      name,
      {
        name: args.roleName,
        description: args.description,
        assumeRolePolicy: JSON.stringify(policyDocument(trust)),
        ...(args.permissionsBoundaryArn === undefined
          ? {}
          : { permissionsBoundary: args.permissionsBoundaryArn }),
        tags,
      },
      child,
    );
    const policy = new RolePolicy(
      name,
      {
        role: role.name,
        name: args.roleName,
        policy: renderPolicy({ statements: args.statements }, ({ statements }) => [
          ...(statements as readonly PolicyStatement[]),
          ...(args.tiedToInstance === false ? [] : planCredentialTie()),
        ]),
      },
      child,
    );
    const profile = new InstanceProfile(
      name,
      { name: args.roleName, role: role.name, tags },
      child,
    );
    this.roleArn = role.arn;
    this.instanceProfileName = profile.name;
    this.instanceProfileArn = profile.arn;
    this.permissions = [policy, profile];
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
