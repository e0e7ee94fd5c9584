import type { Construct } from 'constructs';
import { namespacedProps } from '../synthesis/kubernetes-object';
import { PlainObject } from '../synthesis/plain-object';

/** Where nothing is allowed unless another policy allows it. */
export interface DefaultDenyProps {
  /** Namespace whose pods it isolates. */
  readonly namespace: string;
  /** @default 'default-deny' */
  readonly name?: string;
}

/** Denies every pod of a namespace every flow, in both directions. */
export class DefaultDeny extends PlainObject {
  constructor(scope: Construct, id: string, props: DefaultDenyProps) {
    super(
      scope,
      id,
      namespacedProps('NetworkPolicy', {
        metadata: { name: props.name ?? 'default-deny', namespace: props.namespace },
        spec: { podSelector: {}, policyTypes: ['Egress', 'Ingress'] },
      }),
    );
  }
}
