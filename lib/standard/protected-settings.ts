import type { ClauseId } from './clause-id';
import { apiServerFree, apiServerProtected } from './settings/api-server';
import { etcdFree, etcdProtected } from './settings/etcd';
import { kubeletFree, kubeletProtected } from './settings/kubelet';
import {
  controllerManagerFree,
  controllerManagerProtected,
  schedulerFree,
  schedulerProtected,
} from './settings/loopback-programs';
import type { FlagOwner, FreeRow, ProtectedRow } from './settings/setting-rule';
import type { Holds } from './settings/values';

export type { FlagOwner } from './settings/setting-rule';

/** A setting that the documents fix; a user may set it only with a waiver of the clause. */
export interface ProtectedSetting {
  readonly owner: FlagOwner;
  /** Flag without dashes, or for the kubelet the dotted path in its configuration file. */
  readonly flag: string;
  readonly clause: ClauseId;
  /** Values that keep the clause. */
  readonly safe: Holds;
}

/** A setting that tunes a program and weakens nothing, within the values that `safe` knows. */
export interface FreeSetting {
  readonly owner: FlagOwner;
  readonly flag: string;
  readonly safe: Holds;
}

const protectedRows: Readonly<Record<FlagOwner, readonly ProtectedRow[]>> = {
  etcd: etcdProtected,
  'kube-apiserver': apiServerProtected,
  'kube-controller-manager': controllerManagerProtected,
  'kube-scheduler': schedulerProtected,
  kubelet: kubeletProtected,
};

const freeRows: Readonly<Record<FlagOwner, readonly FreeRow[]>> = {
  etcd: etcdFree,
  'kube-apiserver': apiServerFree,
  'kube-controller-manager': controllerManagerFree,
  'kube-scheduler': schedulerFree,
  kubelet: kubeletFree,
};

/** The clause that a setting on neither list falls under: nothing shows that it is harmless. */
const clauseOfOthers: Readonly<Record<FlagOwner, ClauseId>> = {
  etcd: 'scs-0217/etcd/restricted-access',
  'kube-apiserver': 'scs-0217/endpoints/secured',
  'kube-controller-manager': 'scs-0217/endpoints/secured',
  'kube-scheduler': 'scs-0217/endpoints/secured',
  kubelet: 'scs-0217/kubelet/internal-https',
};

const owners: readonly FlagOwner[] = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
];

/** Settings that the documents fix. */
export const protectedSettings: readonly ProtectedSetting[] = owners.flatMap((owner) =>
  protectedRows[owner].map(([flag, clause, safe]) => ({ owner, flag, clause, safe })),
);

/** Settings that a user may set without a waiver. */
export const freeSettings: readonly FreeSetting[] = owners.flatMap((owner) =>
  freeRows[owner].map(([flag, safe]) => ({ owner, flag, safe })),
);

/** What stands in the way of a setting that a user makes. */
export interface Obstacle {
  /** The clause whose waiver lifts it. */
  readonly clause: ClauseId;
  /** Whether a document fixes the setting; else it is on no list of those known to be harmless. */
  readonly fixed: boolean;
}

/**
 * The clauses that fix a setting of a configuration; empty where a user may set it to this value. A
 * setting on neither list is refused, too: a list of what is dangerous is never complete.
 */
export function obstaclesTo(owner: FlagOwner, flag: string, value: string): readonly Obstacle[] {
  const free = freeSettings.find((row) => row.owner === owner && row.flag === flag);
  if (free?.safe(value) === true) return [];
  const clauses = protectedSettings
    .filter((row) => row.owner === owner && topOf(row) === flag)
    .map(({ clause }) => clause);
  return clauses.length > 0
    ? [...new Set(clauses)].map((clause) => ({ clause, fixed: true }))
    : [{ clause: clauseOfOthers[owner], fixed: false }];
}

/** How a running program's value of a setting compares with the documents. */
export type SettingVerdict = 'safe' | 'unsafe' | 'unlisted';

/** Compares one effective value with the lists. */
export function evaluateSetting(owner: FlagOwner, flag: string, value: string): SettingVerdict {
  const rule =
    protectedSettings.find((row) => row.owner === owner && row.flag === flag) ??
    freeSettings.find(
      (row) => row.owner === owner && (row.flag === flag || flag.startsWith(`${row.flag}.`)),
    );
  if (!rule) return 'unlisted';
  return rule.safe(value) ? 'safe' : 'unsafe';
}

function topOf({ owner, flag }: ProtectedSetting): string {
  return owner === 'kubelet' ? (flag.split('.')[0] ?? flag) : flag;
}
