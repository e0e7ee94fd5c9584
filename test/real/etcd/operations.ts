import { decodeFields, encodeFields, type ProtoField } from '../../../bench/etcd/proto-fields';
import type { EtcdClient, GrpcAnswer } from '../../../bench/etcd/client';
import { pause } from '../../support/etcd/etcd-run';

/** What came of an operation: done, refused by etcd's access control, or refused by TLS. */
export type Outcome = 'ok' | 'denied' | 'shut';

const bytes = (field: number, value: string): ProtoField => ({ field, value: Buffer.from(value) });
const number = (field: number, value: number): ProtoField => ({ field, value: BigInt(value) });
const message = (field: number, ...fields: ProtoField[]): ProtoField => ({
  field,
  value: encodeFields(fields),
});

/** Compares a key's create revision with zero, and writes it; as kube-apiserver creates an object. */
const createTxn = (key: string): readonly ProtoField[] => [
  message(1, number(1, 0), number(2, 1), bytes(3, key), number(5, 0)),
  message(2, message(2, bytes(1, key), bytes(2, 'v'))),
  message(3, message(1, bytes(1, key))),
];

type Call = readonly [method: string, ...fields: ProtoField[]];

/** Address of a member that is there: adding it again is allowed to root, and in vain. */
export const takenAddress = '@PEER_URL@';

/**
 * Operations by name. What would change the tier for the rows after it is undone or asks for
 * something that is not there: access control is asked first in any case.
 */
export const operations: Readonly<Record<string, Call>> = {
  'read inside /registry/': ['KV/Range', bytes(1, '/registry/a')],
  'list /registry/': ['KV/Range', bytes(1, '/registry/'), bytes(2, '/registry0')],
  'write inside /registry/': ['KV/Put', bytes(1, '/registry/a'), bytes(2, 'v')],
  'delete inside /registry/': ['KV/DeleteRange', bytes(1, '/registry/none')],
  'txn inside /registry/': ['KV/Txn', ...createTxn('/registry/txn')],
  'watch inside /registry/': [
    'Watch/Watch',
    message(1, bytes(1, '/registry/'), bytes(2, '/registry0')),
  ],
  'read outside': ['KV/Range', bytes(1, '/secret')],
  'read everything': ['KV/Range', bytes(1, '\0'), bytes(2, '\0')],
  'read just past /registry/': ['KV/Range', bytes(1, '/registry0')],
  'write outside': ['KV/Put', bytes(1, '/secret'), bytes(2, 'v')],
  'delete outside': ['KV/DeleteRange', bytes(1, '/none')],
  'txn outside': ['KV/Txn', ...createTxn('/secret-txn')],
  'watch outside': ['Watch/Watch', message(1, bytes(1, '/secret'))],
  'read compact_rev_key': ['KV/Range', bytes(1, 'compact_rev_key')],
  'write compact_rev_key': ['KV/Put', bytes(1, 'compact_rev_key'), bytes(2, '1')],
  'read health': ['KV/Range', bytes(1, 'health')],
  'lease grant': ['Lease/LeaseGrant', number(1, 60)],
  'lease list': ['Lease/LeaseLeases'],
  compaction: ['KV/Compact', number(1, 1)],
  status: ['Maintenance/Status'],
  'alarm list': ['Maintenance/Alarm'],
  'alarm disarm': ['Maintenance/Alarm', number(1, 2)],
  'hash of the data': ['Maintenance/HashKV'],
  snapshot: ['Maintenance/Snapshot'],
  defragment: ['Maintenance/Defragment'],
  'leader change': ['Maintenance/MoveLeader', number(1, 1)],
  'auth status': ['Auth/AuthStatus'],
  'log in by password': ['Auth/Authenticate', bytes(1, 'root'), bytes(2, '')],
  'user list': ['Auth/UserList'],
  'user add': ['Auth/UserAdd', bytes(1, 'intruder'), message(3, number(1, 1))],
  'user role': ['Auth/UserGrantRole', bytes(1, 'kube-apiserver'), bytes(2, 'none')],
  'role list': ['Auth/RoleList'],
  'role permission': [
    'Auth/RoleGrantPermission',
    bytes(1, 'none'),
    message(2, number(1, 2), bytes(2, '\0'), bytes(3, '\0')),
  ],
  'member list': ['Cluster/MemberList', number(1, 1)],
  'member add': ['Cluster/MemberAdd', bytes(1, takenAddress)],
  'member remove': ['Cluster/MemberRemove', number(1, 1)],
  'member update': ['Cluster/MemberUpdate', number(1, 1), bytes(2, takenAddress)],
};

/** Answers of etcd that mean that the operation was allowed but had nothing to act upon. */
const vain = [
  'member not found',
  'not leader',
  'bad leader transferee',
  'role name not found',
  'user name already exists',
  'required revision has been compacted',
  'peer urls already exists',
];

/** Answers that mean that access control refused. */
const refusals = [
  'permission denied',
  'user name is empty',
  'user name not found',
  'auth: user not found',
  'invalid user name or password',
  'authentication failed',
];

/** Tries one operation. @throws Error for an answer that is neither a success nor a refusal */
export async function tryOperation(
  client: EtcdClient,
  name: string,
  peerUrl: string,
): Promise<Outcome> {
  const [method = '', ...planned] = operations[name] ?? [];
  const fields = planned.map(({ field, value }) =>
    value.toString() === takenAddress ? bytes(field, peerUrl) : { field, value },
  );
  const answer = await ask(client, method, fields);
  if (answer === undefined) return 'shut';
  const says = answer.message.toLowerCase();
  // A watch is refused by a message of its own, not by the call's status.
  const refusedWatch = method === 'Watch/Watch' && watchReason(answer.body);
  if (refusedWatch) return 'denied';
  if (answer.code === 0 || vain.some((text) => says.includes(text))) return 'ok';
  if (refusals.some((text) => says.includes(text))) return 'denied';
  throw new Error(`${name}: ${answer.code} ${answer.message}`);
}

/**
 * The answer, or nothing where TLS does not let the client in. While etcd says that it can't serve for
 * the moment, as during an election, it is asked again.
 */
async function ask(
  client: EtcdClient,
  method: string,
  fields: readonly ProtoField[],
): Promise<GrpcAnswer | undefined> {
  const unavailable = 14;
  for (let tries = 1; ; tries++) {
    try {
      const answer = await client.request(method, fields);
      if (answer.code !== unavailable || tries === 60) return answer;
    } catch (error) {
      if (String(error).includes('no answer in')) throw error;
      return undefined;
    }
    await pause(0.5);
  }
}

/** Whether the first message on a watch says that it is cancelled (field 4). */
function watchReason(body: Buffer): boolean {
  return (
    body.length > 0 && decodeFields(body).some(({ field, value }) => field === 4 && value === 1n)
  );
}
