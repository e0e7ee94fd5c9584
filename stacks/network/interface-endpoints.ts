import * as pulumi from '@pulumi/pulumi';
import { VpcEndpoint } from '@pulumi/aws/ec2/vpcEndpoint';
import type { Problem } from '../../lib/blueprint/problem';
import { componentType, validateArgs, type AwsAccount, type Tags } from '../component-args';
import { inRegion, problemsOfRegion } from '../check-region';
import { planInterfaceEndpointPolicy, planStsEndpointPolicy } from '../iam/endpoint-policies';
import { problemsOfNoIds, someIdsFrom, type IdList } from '../id-list';
import { renderPolicy } from '../iam/policy-document';

/** AWS services that every machine reaches inside the VPC. */
export const machineServices = ['ec2', 'kms', 'logs', 'ssm', 'sts'] as const;

/** What AWS Session Manager needs besides. */
export const sessionManagerServices = ['ec2messages', 'ssmmessages'] as const;

/** Arguments of {@link InterfaceEndpoints}. */
export interface InterfaceEndpointsArgs {
  /** VPC that it belongs to. */
  readonly vpcId: pulumi.Input<string>;
  /** Where in AWS it works. */
  readonly account: AwsAccount;
  /** Subnets of the endpoints, one a zone. */
  readonly subnetIds: IdList;
  /** Security groups of the endpoints. */
  readonly securityGroupIds: IdList;
  /** Other accounts whose roles log in to the cluster. @default none */
  readonly principalAccounts?: readonly string[];
  /** Names of AWS services. @default those of `machineServices` */
  readonly services?: readonly string[];
  /** On everything that is made. */
  readonly tags: Tags;
}

/** AWS APIs inside the VPC, open to principals of the account, and to whom STS has to know besides. */
export class InterfaceEndpoints extends pulumi.ComponentResource {
  /** Before they exist, machines reach no AWS API inside the VPC. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: InterfaceEndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    const services = args.services ?? machineServices;
    validateArgs('InterfaceEndpoints', problemsOf(args, services));
    super(
      componentType('InterfaceEndpoints'),
      name,
      {},
      inRegion('InterfaceEndpoints', 'account.region', args.account.region, opts),
    );
    this.ready = services.map(
      (service) =>
        new VpcEndpoint(
          `${name}-${service}`,
          {
            vpcId: args.vpcId,
            serviceName: `com.amazonaws.${args.account.region}.${service}`,
            vpcEndpointType: 'Interface',
            privateDnsEnabled: true,
            subnetIds: someIdsFrom('InterfaceEndpoints', 'subnetIds', args.subnetIds),
            securityGroupIds: someIdsFrom(
              'InterfaceEndpoints',
              'securityGroupIds',
              args.securityGroupIds,
            ),
            policy: renderPolicy({ accountId: args.account.id }, (facts) =>
              service === 'sts'
                ? planStsEndpointPolicy({
                    ...facts,
                    principalAccounts: args.principalAccounts ?? [],
                  })
                : planInterfaceEndpointPolicy(facts),
            ),
            tags: { ...args.tags, Name: `${name}-${service}` },
          },
          { parent: this },
        ),
    );
    this.registerOutputs({});
  }
}

function problemsOf(args: InterfaceEndpointsArgs, services: readonly string[]): Problem[] {
  return [
    ...problemsOfRegion('account.region', args.account.region),
    ...problemsOfNoIds('subnetIds', args.subnetIds),
    ...problemsOfNoIds('securityGroupIds', args.securityGroupIds),
    ...services.flatMap((service, index) =>
      /^[a-z0-9.-]+$/.test(service) && services.indexOf(service) === index
        ? []
        : [
            {
              path: `services[${index}]`,
              got: service,
              expected: 'a service such as "kms", once',
            },
          ],
    ),
  ];
}
