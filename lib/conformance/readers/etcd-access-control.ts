import type { MachineFact } from '../facts';

/** A right of a role. */
export interface EtcdRight {
  readonly role: string;
  readonly type: string;
  readonly scope: string;
  readonly key: string;
}

/** Users and roles that a machine makes in etcd. */
export interface EtcdAccessControl {
  readonly permissions: readonly EtcdRight[];
  readonly users: readonly { readonly name: string; readonly role: string }[];
}

/**
 * The list that the boot script of a member works through (`permission ROLE TYPE SCOPE KEY`,
 * `user NAME ROLE`), else plain etcdctl calls; undefined where a machine has neither.
 */
export function readAccessControl(machine: MachineFact): EtcdAccessControl | undefined {
  const lines = Object.values(machine.files)
    .filter(({ content }) =>
      /^permission |\brole grant-permission |\buser grant-role /m.test(content),
    )
    .flatMap(({ content }) => content.split(/\r?\n/));
  const permissions = lines.flatMap((line) => permissionOf(line.trim()));
  const users = lines.flatMap((line) => userOf(line.trim()));
  return users.length === 0 ? undefined : { permissions, users };
}

function permissionOf(line: string): EtcdRight[] {
  const listed = /^permission (\S+) (read|write|readwrite) (key|prefix) (\S+)$/.exec(line);
  if (listed) {
    const [, role = '', type = '', scope = '', key = ''] = listed;
    return [{ role, type, scope, key }];
  }
  const called =
    /\brole grant-permission (--prefix(?:=true)? )?(\S+) (read|write|readwrite) (\S+)/.exec(line);
  if (!called || line.startsWith('#')) return [];
  const [, prefix, role = '', type = '', key = ''] = called;
  if (/["$]/.test(role)) return [];
  return [{ role, type, scope: prefix === undefined ? 'key' : 'prefix', key }];
}

function userOf(line: string): { name: string; role: string }[] {
  const found =
    /^user ([\w.:-]+) ([\w.:-]+)$/.exec(line) ??
    /\buser grant-role ([\w.:-]+) ([\w.:-]+)/.exec(line);
  const [, name, role] = found ?? [];
  return name === undefined || role === undefined ? [] : [{ name, role }];
}
