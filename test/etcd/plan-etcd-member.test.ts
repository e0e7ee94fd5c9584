import { planEtcdMember } from '../../lib/etcd/plan-etcd-member';
import { shippedLock } from '../../lib/machine/artifact-lock';
import type { MachinePart } from '../../lib/machine/machine-config';
import type { BlueprintInput } from '../../lib/blueprint/schema/blueprint-schema';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';
import { planAddresses } from '../../lib/network/address-plan';

function planMember(index: number, etcd: BlueprintInput['etcd'] = {}): MachinePart {
  const blueprint = makeBlueprint({ etcd });
  const member = blueprint.etcd.members[index];
  if (!member) throw new Error('no member');
  return planEtcdMember(blueprint, member, shippedLock, planAddresses(blueprint));
}

function unitOf(part: MachinePart, name: string): string {
  return part.units?.find((unit) => unit.name === name)?.content ?? '';
}

test('plans files with their modes', () => {
  expect(planMember(0).files?.map(({ path, mode = '0644' }) => `${mode} ${path}`)).toEqual([
    '0644 /usr/local/lib/hardened-cluster/etcd-lib.sh',
    '0755 /usr/local/lib/hardened-cluster/etcd-access-control',
    '0755 /usr/local/lib/hardened-cluster/etcd-add-members',
    '0755 /usr/local/lib/hardened-cluster/etcd-backup',
    '0755 /usr/local/lib/hardened-cluster/etcd-defragment',
    '0755 /usr/local/lib/hardened-cluster/etcd-renew-certificates',
    '0755 /usr/local/lib/hardened-cluster/etcd-replace-member',
    '0755 /usr/local/lib/hardened-cluster/etcd-restore',
    '0755 /usr/local/lib/hardened-cluster/etcd-start',
    '0644 /usr/local/lib/hardened-cluster/aws_client.py',
    '0755 /usr/local/lib/hardened-cluster/upload-object',
    '0644 /etc/hardened-cluster/etcd/member.env',
    '0644 /etc/hardened-cluster/etcd/access-control',
  ]);
});

test('plans secrets that etcd itself may read, and others that it may not', () => {
  expect(
    planMember(1).secrets?.map(({ parameter, path, mode, owner = 'root:root' }) =>
      [parameter, path, mode, owner].join(' '),
    ),
  ).toEqual([
    'etcd/members/etcd-1/ca /etc/etcd/pki/ca.crt 0444 root:root',
    'etcd/members/etcd-1/server /etc/etcd/pki/server.pem 0400 etcd:etcd',
    'etcd/members/etcd-1/peer /etc/etcd/pki/peer.pem 0400 etcd:etcd',
    'etcd/members/etcd-1/root /etc/etcd/pki/root.pem 0400 root:root',
    'etcd/members/etcd-1/backup /etc/etcd/pki/backup.pem 0400 root:root',
    'etcd/members/etcd-1/health /etc/etcd/pki/health.pem 0400 root:root',
  ]);
});

test('plans a volume and a user whose number never changes', () => {
  const { dataVolume, users } = planMember(0);
  expect(dataVolume).toEqual({ mountPath: '/var/lib/etcd', owner: 'etcd:etcd', mode: '0700' });
  expect(users).toEqual([{ name: 'etcd', id: 2379 }]);
});

test('plans the pinned release', () => {
  const [artifact] = planMember(0).artifacts ?? [];
  expect(artifact).toMatchObject({ name: 'etcd', version: '3.6.14', architecture: 'arm64' });
  expect(artifact?.sha256).toBe(shippedLock.etcd?.['3.6.14']?.arm64);
});

test('renders what the scripts know of the member', () => {
  const env = planMember(2, { members: 3 }).files?.find(({ path }) => path.endsWith('member.env'));
  expect(env?.content).toBe(`backup_interval_minutes='60'
bootstrapped_key='etcd/bootstrapped'
cluster_token='prod'
member_index='2'
member_name='etcd-2'
member_peer_url='https://10.0.88.4:2380'
readiness_key_prefix='state/etcd/etcd-2/ready-'
restored_key='etcd/restored'
snapshot_prefix='etcd/snapshots'
`);
});

test('renders etcd under its own user in a sandbox', () => {
  const unit = unitOf(planMember(0), 'etcd.service');
  expect(unit.split('\n')).toEqual(
    expect.arrayContaining([
      'Type=notify',
      'User=etcd',
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'ReadWritePaths=/var/lib/etcd',
      'CapabilityBoundingSet=',
      'SystemCallFilter=@system-service',
      'SystemCallFilter=~@privileged @resources',
      'RestartPreventExitStatus=78',
      'UMask=0077',
    ]),
  );
  expect(unit).toContain(
    'ExecStart=/usr/local/lib/hardened-cluster/etcd-start \\\n  --advertise-client-urls=',
  );
});

test('gives each task the identities it uses and no other', () => {
  const part = planMember(0);
  const given = (name: string): string[] =>
    [...unitOf(part, `${name}.service`).matchAll(/^LoadCredential=([a-z]+)\.pem:/gm)].map(
      ([, identity = '']) => identity,
    );
  expect({
    'etcd-access-control': given('etcd-access-control'),
    'etcd-add-members': given('etcd-add-members'),
    'etcd-backup': given('etcd-backup'),
    'etcd-defragment': given('etcd-defragment'),
    etcd: given('etcd'),
  }).toEqual({
    'etcd-access-control': ['root', 'server'],
    'etcd-add-members': ['root', 'health'],
    'etcd-backup': ['backup', 'health'],
    'etcd-defragment': ['root', 'health'],
    etcd: [],
  });
});

test.each([1, 3, 5, 7] as const)('staggers the timers of %d members', (members) => {
  const profile = members === 1 ? 'development' : 'standard';
  const blueprint = makeBlueprint({ profile, etcd: { members } });
  for (const timer of ['etcd-backup', 'etcd-defragment', 'etcd-renew-certificates']) {
    const times = blueprint.etcd.members.map((member) => {
      const unit = unitOf(
        planEtcdMember(blueprint, member, shippedLock, planAddresses(blueprint)),
        `${timer}.timer`,
      );
      return /^On(?:Calendar|BootSec)=(.*)$/m.exec(unit)?.[1];
    });
    expect(new Set(times).size).toBe(members);
    for (const time of times) expect(time).toMatch(/^\*-\*-\* [0-2]\d:[0-5]\d:00 UTC$|^\d+s$/);
  }
});

test('starts services at boot and tasks by their timers', () => {
  expect(planMember(0).units?.map(({ name, enable = true }) => [name, enable])).toEqual([
    ['etcd.service', true],
    ['etcd-access-control.service', true],
    ['etcd-add-members.service', false],
    ['etcd-add-members.timer', true],
    ['etcd-backup.service', false],
    ['etcd-backup.timer', true],
    ['etcd-defragment.service', false],
    ['etcd-defragment.timer', true],
    ['etcd-renew-certificates.service', false],
    ['etcd-renew-certificates.timer', true],
  ]);
});

test('is the same whatever the number of members', () => {
  const parts = ([3, 5, 7] as const).map((members) => JSON.stringify(planMember(2, { members })));
  expect(new Set(parts).size).toBe(1);
});

test('renders the same for the same configuration', () => {
  expect(JSON.stringify(planMember(3))).toBe(JSON.stringify(planMember(3)));
});
