import type { ClauseId } from './clause-id';

/** Programs whose flags can be set in the configuration. */
export type FlagOwner =
  'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubelet';

/** A flag that the documents fix; a user may set it only with a waiver of the clause. */
export interface ProtectedSetting {
  readonly owner: FlagOwner;
  /** Flag without dashes, or for the kubelet the field path of its configuration file. */
  readonly flag: string;
  readonly clause: ClauseId;
}

/** Flags that the documents fix. */
export const protectedSettings: readonly ProtectedSetting[] = [
  { owner: 'etcd', flag: 'client-cert-auth', clause: 'scs-0217/etcd/cn-authentication' },
];
