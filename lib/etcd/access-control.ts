import { etcdUsers } from '../pki/pki-plan';

/** What a role may do with a key, or with all keys that begin with a prefix. */
export interface EtcdPermission {
  readonly type: 'read' | 'write' | 'readwrite';
  readonly scope: 'key' | 'prefix';
  readonly key: string;
}

/** A role besides etcd's own `root`. */
export interface EtcdRole {
  readonly name: string;
  readonly permissions: readonly EtcdPermission[];
  /** Why it needs them. */
  readonly why: string;
}

/** A user, known by the common name of its certificate; none has a password. */
export interface EtcdUser {
  readonly name: string;
  readonly roles: readonly string[];
}

/** Users and roles of the tier. */
export interface AccessControlPlan {
  readonly roles: readonly EtcdRole[];
  readonly users: readonly EtcdUser[];
}

/**
 * Who may do what in etcd. Everything that is not a key (snapshot, defragmentation, compaction,
 * users, members) takes etcd's role root; etcd has no finer rights for it.
 */
export const accessControlPlan: AccessControlPlan = {
  roles: [
    {
      name: etcdUsers.apiServer,
      permissions: [
        { type: 'readwrite', scope: 'prefix', key: '/registry/' },
        { type: 'read', scope: 'key', key: 'compact_rev_key' },
      ],
      why: 'kube-apiserver keeps everything below /registry/ and watches when etcd was compacted',
    },
    {
      name: etcdUsers.health,
      permissions: [{ type: 'read', scope: 'key', key: 'health' }],
      why: 'A linearizable read of a key that is never written shows that there is a quorum',
    },
  ],
  users: [
    { name: etcdUsers.root, roles: ['root'] },
    { name: etcdUsers.apiServer, roles: [etcdUsers.apiServer] },
    // A snapshot takes the role root. See docs/decisions/0011-etcd-backup-user-is-root.md.
    { name: etcdUsers.backup, roles: ['root'] },
    { name: etcdUsers.health, roles: [etcdUsers.health] },
  ],
};

/**
 * The plan as lines that the machine's script reads: `role NAME`,
 * `permission ROLE read|write key|prefix KEY` and `user NAME ROLE`.
 */
export function renderAccessControl({ roles, users }: AccessControlPlan): string {
  const lines = [
    ...roles.flatMap(({ name, permissions }) => [
      `role ${name}`,
      ...permissions.map(({ type, scope, key }) => `permission ${name} ${type} ${scope} ${key}`),
    ]),
    ...users.flatMap(({ name, roles: granted }) => granted.map((role) => `user ${name} ${role}`)),
  ];
  return `${lines.join('\n')}\n`;
}
