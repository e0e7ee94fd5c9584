import * as pulumi from '@pulumi/pulumi';
import { FlowLog } from '@pulumi/aws/ec2/flowLog';
import { Role } from '@pulumi/aws/iam/role';
import { RolePolicy } from '@pulumi/aws/iam/rolePolicy';
import { componentType, validateArgs, type AwsAccount, type Tags } from '../component-args';
import { inRegion, problemsOfRegion } from '../check-region';
import { planFlowLogDelivery, planFlowLogTrust } from '../iam/flow-log-policies';
import { renderPolicy } from '../iam/policy-document';

/** Arguments of {@link FlowLogs}. */
export interface FlowLogsArgs {
  /** VPC that it belongs to. */
  readonly vpcId: pulumi.Input<string>;
  /** Where in AWS it works. */
  readonly account: AwsAccount;
  /** Log group that the records go to. */
  readonly logGroupArn: pulumi.Input<string>;
  /** A policy that the role can never go beyond. @default none */
  readonly permissionsBoundaryArn?: pulumi.Input<string>;
  /** On everything that is made. */
  readonly tags: Tags;
}

/** Records every connection in the VPC, allowed or refused, by a role that may write there only. */
export class FlowLogs extends pulumi.ComponentResource {
  constructor(name: string, args: FlowLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    validateArgs('FlowLogs', problemsOfRegion('account.region', args.account.region));
    super(
      componentType('FlowLogs'),
      name,
      {},
      inRegion('FlowLogs', 'account.region', args.account.region, opts),
    );
    const child = { parent: this };
    const { id: accountId, partition, region } = args.account;
    const tags = { ...args.tags, Name: name };
    const role = new Role(
      name,
      {
        description: 'Delivers VPC flow logs to their log group',
        assumeRolePolicy: renderPolicy({ accountId, partition, region }, planFlowLogTrust),
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
        policy: renderPolicy({ logGroupArn: args.logGroupArn }, planFlowLogDelivery),
      },
      child,
    );
    new FlowLog(
      name,
      {
        vpcId: args.vpcId,
        trafficType: 'ALL',
        logDestinationType: 'cloud-watch-logs',
        logDestination: args.logGroupArn,
        iamRoleArn: role.arn,
        maxAggregationInterval: 60,
        tags,
      },
      { ...child, dependsOn: [policy] },
    );
    this.registerOutputs({});
  }
}
