import {
  planMemberFlags,
  planClientUrls,
  planInitialCluster,
} from '../../lib/etcd/plan-member-flags';
import { renderFlags } from '../../lib/etcd/flags';
import type { BlueprintInput } from '../../lib/blueprint/schema/blueprint-schema';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';
import { planAddresses } from '../../lib/network/address-plan';

function flagsOf(etcd: BlueprintInput['etcd'] = {}): readonly string[] {
  const blueprint = makeBlueprint({ etcd });
  const [member] = blueprint.etcd.members;
  if (!member) throw new Error('no member');
  return renderFlags(planMemberFlags(blueprint, member, planAddresses(blueprint)));
}

const common = [
  '--advertise-client-urls=https://10.0.24.4:2379',
  '--auto-compaction-mode=periodic',
  '--auto-compaction-retention=8h',
  '--auto-tls=false',
  '--cert-file=/etc/etcd/pki/server.pem',
  '--client-cert-auth=true',
  '--data-dir=/var/lib/etcd/data',
  '--enable-grpc-gateway=false',
  '--enable-pprof=false',
  '--initial-advertise-peer-urls=https://10.0.24.4:2380',
  '--initial-cluster-token=prod',
  '--key-file=/etc/etcd/pki/server.pem',
  '--listen-client-urls=https://10.0.24.4:2379,https://127.0.0.1:2379',
  '--listen-metrics-urls=http://127.0.0.1:2381',
  '--listen-peer-urls=https://10.0.24.4:2380',
  '--log-level=info',
  '--log-outputs=stderr',
  '--logger=zap',
  '--name=etcd-0',
  '--peer-auto-tls=false',
  '--peer-cert-allowed-cn=etcd-peer',
  '--peer-cert-file=/etc/etcd/pki/peer.pem',
  '--peer-client-cert-auth=true',
  '--peer-key-file=/etc/etcd/pki/peer.pem',
  '--peer-trusted-ca-file=/etc/etcd/pki/ca.crt',
  '--pre-vote=true',
  '--quota-backend-bytes=8589934592',
  '--snapshot-count=10000',
  '--strict-reconfig-check=true',
  '--tls-min-version=TLS1.3',
  '--trusted-ca-file=/etc/etcd/pki/ca.crt',
];

test('renders the flags of a member of 3.6', () => {
  expect(flagsOf()).toEqual(
    [...common, '--feature-gates=CompactHashCheck=true,InitialCorruptCheck=true'].sort(),
  );
});

test('renders the corruption checks of 3.5 as its experimental flags', () => {
  expect(flagsOf({ version: '3.5.32' })).toEqual(
    [
      ...common,
      '--experimental-compact-hash-check-enabled=true',
      '--experimental-initial-corrupt-check=true',
    ].sort(),
  );
});

test('renders what the configuration sets', () => {
  const flags = flagsOf({
    quotaBytes: 2 * 1024 ** 3,
    flags: { 'heartbeat-interval': '200', 'log-level': 'warn' },
  });
  expect(flags).toEqual(
    expect.arrayContaining([
      '--heartbeat-interval=200',
      '--log-level=warn',
      '--quota-backend-bytes=2147483648',
    ]),
  );
  expect(flags).not.toContain('--log-level=info');
});

test('fails when the configuration sets what makes a member itself', () => {
  const blueprint = makeBlueprint({
    etcd: { flags: { 'wal-dir': '/mnt' } },
    waivers: [
      { clause: 'scs-0217/etcd/restricted-access', reason: 'a rehearsal', expires: '2026-12-31' },
    ],
  });
  const [member] = blueprint.etcd.members;
  if (!member) throw new Error('no member');
  expect(() => planMemberFlags(blueprint, member, planAddresses(blueprint))).toThrow(
    'etcd.flags.wal-dir: got "/mnt", expected no value: it belongs to the member and follows from the rest of the configuration',
  );
});

test('renders addresses of all members', () => {
  const blueprint = makeBlueprint();
  expect(planInitialCluster(blueprint, planAddresses(blueprint))).toBe(
    'etcd-0=https://10.0.24.4:2380,etcd-1=https://10.0.56.4:2380,etcd-2=https://10.0.88.4:2380,etcd-3=https://10.0.24.5:2380,etcd-4=https://10.0.56.5:2380',
  );
  expect(planClientUrls(blueprint, planAddresses(blueprint))[4]).toBe('https://10.0.56.5:2379');
});
