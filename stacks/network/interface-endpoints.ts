import * as pulumi from '@pulumi/pulumi';
import { VpcEndpoint } from '@pulumi/aws/ec2/vpcEndpoint';
import { componentType, validateArgs, type AwsAccount, type Tags } from '../component-args';
import { planInterfaceEndpointPolicy, planStsEndpointPolicy } from '../iam/endpoint-policies';
import { renderPolicy } from '../iam/policy-document';

/** AWS services that every machine reaches inside the VPC. */
export const machineServices = ['ec2', 'kms', 'logs', 'ssm', 'sts'] as const;

/** What AWS Session Manager needs besides. */
export const sessionManagerServices = ['ec2messages', 'ssmmessages'] as const;

export interface InterfaceEndpointsArgs {
  readonly vpcId: pulumi.Input<string>;
  readonly account: AwsAccount;
  /** Subnets of the endpoints, one a zone. */
  readonly subnetIds: readonly pulumi.Input<string>[];
  readonly securityGroupIds: readonly pulumi.Input<string>[];
  /** Other accounts whose roles log in to the cluster. @default none */
  readonly principalAccounts?: readonly string[];
  /** Names of AWS services. @default those of `machineServices` */
  readonly services?: readonly string[];
  readonly tags: Tags;
}

/** AWS APIs inside the VPC, open to principals of the account, and to whom STS has to know besides. */
export class InterfaceEndpoints extends pulumi.ComponentResource {
  /** Before they exist, machines reach no AWS API inside the VPC. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: InterfaceEndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    const services = args.services ?? machineServices;
    validateArgs(
      'InterfaceEndpoints',
      services.flatMap((service, index) =>
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
    );
    super(componentType('InterfaceEndpoints'), name, {}, opts);
    this.ready = services.map(
      (service) =>
        new VpcEndpoint(
          `${name}-${service}`,
          {
            vpcId: args.vpcId,
            serviceName: `com.amazonaws.${args.account.region}.${service}`,
            vpcEndpointType: 'Interface',
            privateDnsEnabled: true,
            subnetIds: [...args.subnetIds],
            securityGroupIds: [...args.securityGroupIds],
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
