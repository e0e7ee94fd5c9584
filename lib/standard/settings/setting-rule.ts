import type { ClauseId } from '../clause-id';
import type { Holds } from './values';

/** Programs whose flags can be set in the configuration. */
export type FlagOwner =
  'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubelet';

/** A setting of one program that a clause fixes: its name, the clause, and the values that keep it. */
export type ProtectedRow = readonly [flag: string, clause: ClauseId, safe: Holds];

/** A setting of one program that a user may set within these values: it tunes and weakens nothing. */
export type FreeRow = readonly [flag: string, safe: Holds];
