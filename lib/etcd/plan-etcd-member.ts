import type { Blueprint, EtcdMember } from '../blueprint/blueprint';
import type { ArtifactLock } from '../machine/artifact-lock';
import { etcdArtifact } from '../machine/artifacts';
import type {
  MachineFile,
  MachinePart,
  MachineSecret,
  MachineUser,
} from '../machine/machine-config';
import { libraryFile, programFile } from '../machine/program-file';
import type { AddressPlan } from '../network/address-plan';
import { accessControlPlan, renderAccessControl } from './access-control';
import { bootstrappedKey, restoredKey, snapshotPrefix } from './backup-plan';
import { etcdCaPath, etcdPaths, identityPath, type EtcdIdentity } from './etcd-paths';
import { renderEtcdUnit } from './etcd-unit';
import { planMaintenanceUnits } from './maintenance-units';
import { planMemberFlags } from './plan-member-flags';
import { namedPorts } from '../network/ports';

/** Owner of data, server and peer certificates. The id never changes: volumes outlive machines. */
export const etcdUser: MachineUser = { name: 'etcd', id: 2379 };

/**
 * Everything that makes a machine a member of the etcd tier.
 *
 * @throws BlueprintError when `etcd.flags` sets what makes a member itself
 */
export function planEtcdMember(
  blueprint: Blueprint,
  member: EtcdMember,
  lock: ArtifactLock,
  addresses: AddressPlan,
): MachinePart {
  const { architecture, version } = blueprint.etcd;
  const index = blueprint.etcd.members.findIndex(({ name }) => name === member.name);
  return {
    users: [etcdUser],
    files: [
      library,
      ...scripts,
      libraryFile('aws/aws_client.py'),
      programFile('aws/upload-object.py'),
      {
        path: `${etcdPaths.config}/member.env`,
        content: renderMemberEnv(blueprint, member.name, index, addresses),
      },
      {
        path: `${etcdPaths.config}/access-control`,
        content: renderAccessControl(accessControlPlan),
      },
    ],
    units: [
      renderEtcdUnit(planMemberFlags(blueprint, member, addresses)),
      ...planMaintenanceUnits(blueprint, index),
    ],
    artifacts: [etcdArtifact(lock, version, architecture)],
    secrets: planSecrets(member.name),
    dataVolume: { mountPath: etcdPaths.volume, owner: 'etcd:etcd', mode: '0700' },
  };
}

const scripts: readonly MachineFile[] = [
  'etcd-access-control',
  'etcd-add-members',
  'etcd-backup',
  'etcd-defragment',
  'etcd-renew-certificates',
  'etcd-replace-member',
  'etcd-restore',
  'etcd-start',
].map((name) => programFile(`etcd/${name}.sh`));

const library = libraryFile('etcd/etcd-lib.sh');

/**
 * What the scripts know of the configuration; sourced by `etcd-lib.sh`. Nothing of other members: a
 * further one would change every machine.
 */
function renderMemberEnv(
  blueprint: Blueprint,
  name: string,
  index: number,
  { etcdMembers }: AddressPlan,
): string {
  const values: Readonly<Record<string, string | number>> = {
    backup_interval_minutes: blueprint.etcd.backup.intervalMinutes,
    bootstrapped_key: bootstrappedKey,
    cluster_token: blueprint.name,
    member_index: index,
    member_name: name,
    member_peer_url: `https://${etcdMembers[name] ?? ''}:${namedPorts.etcdPeer}`,
    readiness_key_prefix: `state/etcd/${name}/ready-`,
    restored_key: restoredKey,
    snapshot_prefix: snapshotPrefix,
  };
  return Object.entries(values)
    .map(([key, value]) => `${key}='${value}'\n`)
    .join('');
}

/** etcd reads its own certificates; the others are for root, who hands them to the units. */
function planSecrets(member: string): readonly MachineSecret[] {
  const identities: readonly { name: EtcdIdentity; owner: string }[] = [
    { name: 'server', owner: 'etcd:etcd' },
    { name: 'peer', owner: 'etcd:etcd' },
    { name: 'root', owner: 'root:root' },
    { name: 'backup', owner: 'root:root' },
    { name: 'health', owner: 'root:root' },
  ];
  return [
    {
      parameter: `etcd/members/${member}/ca`,
      path: etcdCaPath,
      mode: '0444',
    },
    ...identities.map(({ name, owner }) => ({
      parameter: `etcd/members/${member}/${name}`,
      path: identityPath(name),
      mode: '0400',
      owner,
    })),
  ];
}
