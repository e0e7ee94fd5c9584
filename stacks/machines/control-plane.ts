import * as pulumi from '@pulumi/pulumi';
import type { Problem } from '../../lib/blueprint/problem';
import { componentType, validateArgs, type Tags } from '../component-args';
import { MachineGroup, type MachineGroupArgs } from './machine-group';
import type { NetworkLoadBalancer } from '../network/network-load-balancer';
import { namedPorts } from '../../lib/network/ports';

/** Arguments of {@link ControlPlane}. */
export interface ControlPlaneArgs extends Omit<
  MachineGroupArgs,
  'minimum' | 'maximum' | 'minimumHealthyPercentage' | 'warmupSeconds' | 'targetGroupArns'
> {
  /** Identical machines; the number is fixed. */
  readonly machines: number;
  /** Load balancers that listen for the API under the key `api`. */
  readonly loadBalancers: readonly Pick<NetworkLoadBalancer, 'targetGroupArn'>[];
  /** On everything that is made. */
  readonly tags: Tags;
}

/** Key and port of the API's listener. */
export const apiListener = { key: 'api', port: namedPorts.apiServer } as const;

/** Identical control-plane machines behind load balancers, replaced one at a time. */
export class ControlPlane extends pulumi.ComponentResource {
  readonly groupName: pulumi.Output<string>;

  constructor(name: string, args: ControlPlaneArgs, opts?: pulumi.ComponentResourceOptions) {
    const { machines, loadBalancers, ...machine } = args;
    validateArgs('ControlPlane', problemsOf(args));
    super(componentType('ControlPlane'), name, {}, opts);
    const group = new MachineGroup(
      name,
      {
        ...machine,
        minimum: machines,
        maximum: machines,
        minimumHealthyPercentage: Math.floor(((machines - 1) / machines) * 100),
        warmupSeconds: 600,
        targetGroupArns: loadBalancers.map((balancer) => balancer.targetGroupArn(apiListener.key)),
      },
      { parent: this },
    );
    this.groupName = group.groupName;
    this.registerOutputs({ groupName: this.groupName });
  }
}

function problemsOf({ machines, loadBalancers }: ControlPlaneArgs): Problem[] {
  return [
    ...(Number.isInteger(machines) && machines >= 1
      ? []
      : [{ path: 'machines', got: machines, expected: 'a number of machines from 1 on' }]),
    ...(loadBalancers.length > 0
      ? []
      : [{ path: 'loadBalancers', got: [], expected: 'at least the one inside the VPC' }]),
  ];
}
