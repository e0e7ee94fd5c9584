import type { Blueprint } from '../blueprint/blueprint';
import type { MachineRole } from './machine-config';

/** A group of CloudWatch Logs, `/hardened-cluster/<cluster>/<key>`. */
export interface LogGroupPlan {
  readonly key: string;
  readonly retentionDays: number;
  /** Roles whose machines write to it, into streams that begin with `<machine>/<address>/<instance id>/`. */
  readonly writers: readonly MachineRole[];
}

/** Prefix of the cluster's log groups. */
export function logGroupPrefix({ name }: Pick<Blueprint, 'name'>): string {
  return `/hardened-cluster/${name}`;
}

/** Log groups that machines write to: the journal of each tier, recorded sessions, API audit. */
export function planLogGroups({ bastion, kubernetes }: Blueprint): readonly LogGroupPlan[] {
  const roles: readonly MachineRole[] = [
    ...(bastion.access === 'none' ? [] : (['bastion'] as const)),
    'control-plane',
    'etcd',
    'worker',
  ];
  return [
    ...roles.map((role) => ({
      key: role,
      retentionDays: kubernetes.audit.retentionDays,
      writers: [role],
    })),
    { key: 'sessions', retentionDays: bastion.sessionRetentionDays, writers: roles },
    {
      key: 'audit',
      retentionDays: kubernetes.audit.retentionDays,
      writers: ['control-plane'],
    },
  ];
}
