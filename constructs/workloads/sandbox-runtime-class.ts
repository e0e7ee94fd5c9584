import { Construct } from 'constructs';
import { addClusterObject } from '../synthesis/kubernetes-object';

/** A RuntimeClass whose pods run in a sandbox. */
export interface SandboxRuntimeClassProps {
  /** @default 'gvisor' */
  readonly name?: string;
  /** Name of the runtime in the configuration of containerd. @default 'runsc' */
  readonly handler?: string;
  /** Labels of nodes that have the runtime. @default every node */
  readonly nodeLabels?: Readonly<Record<string, string>>;
}

/**
 * Lets pods choose gVisor with `runtimeClassName`: system calls end in a kernel of the pod's own.
 *
 * @see https://gvisor.dev/docs/user_guide/containerd/quick_start/
 */
export class SandboxRuntimeClass extends Construct {
  constructor(scope: Construct, id: string, props: SandboxRuntimeClassProps = {}) {
    super(scope, id);
    addClusterObject(this, 'runtime-class', 'RuntimeClass', {
      metadata: { name: props.name ?? 'gvisor' },
      handler: props.handler ?? 'runsc',
      // What the sandbox needs beside the pod's own containers.
      overhead: { podFixed: { cpu: '100m', memory: '64Mi' } },
      ...(props.nodeLabels && { scheduling: { nodeSelector: props.nodeLabels } }),
    });
  }
}
