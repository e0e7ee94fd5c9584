import * as pulumi from '@pulumi/pulumi';
import type { Problem } from '../../lib/blueprint/problem';
import { nodePorts as nodePortRange } from '../../lib/network/ports';
import { componentType, validateArgs, type Tags } from '../component-args';
import { MachineGroup, type MachineGroupArgs } from './machine-group';
import type { NetworkLoadBalancer, TcpListener } from '../network/network-load-balancer';

/** Arguments of {@link WorkerPool}. */
export interface WorkerPoolArgs extends Omit<
  MachineGroupArgs,
  'minimumHealthyPercentage' | 'warmupSeconds' | 'targetGroupArns'
> {
  /** NodePorts that the load balancer listens on for this pool. */
  readonly nodePorts: readonly number[];
  /** Needed when there are any NodePorts. @default none */
  readonly loadBalancer?: Pick<NetworkLoadBalancer, 'targetGroupArn'>;
  /** On everything that is made. */
  readonly tags: Tags;
}

/** Listener of one NodePort. */
export const nodePortListener = (port: number): TcpListener => ({ key: `node-port-${port}`, port });

/** One pool of workers, replaced a few at a time. */
export class WorkerPool extends pulumi.ComponentResource {
  readonly groupName: pulumi.Output<string>;

  constructor(name: string, args: WorkerPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    const { nodePorts, loadBalancer, ...machine } = args;
    validateArgs('WorkerPool', problemsOf(args));
    super(componentType('WorkerPool'), name, {}, opts);
    const group = new MachineGroup(
      name,
      {
        ...machine,
        minimumHealthyPercentage: 90,
        warmupSeconds: 300,
        targetGroupArns: loadBalancer
          ? nodePorts.map((port) => loadBalancer.targetGroupArn(nodePortListener(port).key))
          : [],
      },
      { parent: this },
    );
    this.groupName = group.groupName;
    this.registerOutputs({ groupName: this.groupName });
  }
}

function problemsOf({ nodePorts, loadBalancer }: WorkerPoolArgs): Problem[] {
  return [
    ...nodePorts.flatMap((port, index) =>
      Number.isInteger(port) && port >= nodePortRange.from && port <= nodePortRange.to
        ? []
        : [
            {
              path: `nodePorts[${index}]`,
              got: port,
              expected: `a port from ${nodePortRange.from} to ${nodePortRange.to}`,
            },
          ],
    ),
    ...(nodePorts.length > 0 && !loadBalancer
      ? [{ path: 'loadBalancer', got: undefined, expected: 'the one that listens on nodePorts' }]
      : []),
  ];
}
