import type { Blueprint } from '../blueprint/blueprint';
import { mostMembers } from '../blueprint/schema/etcd';
import type { MachineUnit } from '../machine/machine-config';
import { etcdPaths, identityPath, type EtcdIdentity } from './etcd-paths';
import { renderSandbox, type SandboxNeeds } from './sandbox';

interface Task extends SandboxNeeds {
  readonly name: string;
  readonly description: string;
  /** `dynamic` is a user that exists while the task runs. */
  readonly user: 'dynamic' | 'etcd' | 'root';
  /** Identities that the task is given; it can read no other. */
  readonly identities: readonly EtcdIdentity[];
  /** Lines of the `[Timer]` section; without one the task runs at boot. */
  readonly timer?: readonly string[];
}

/**
 * Units around etcd: access control at boot, and by timers new members, snapshots, defragmentation and
 * renewal of certificates. The timers of the members are staggered by the member's place in the list,
 * and by nothing that a further member changes.
 */
export function planMaintenanceUnits(blueprint: Blueprint, index: number): readonly MachineUnit[] {
  return planTasks(blueprint, index).flatMap(renderTask);
}

function planTasks({ etcd }: Blueprint, index: number): readonly Task[] {
  // Members look four times an interval whether a snapshot is due, one after the other.
  const look = Math.ceil((etcd.backup.intervalMinutes * 60) / 4);
  const turn = Math.round((look / mostMembers) * index);
  const minute = String((index * 20) % 60).padStart(2, '0');
  const later = Math.floor((index * 20) / 60);
  return [
    {
      name: 'etcd-access-control',
      description: 'Users, roles and authentication of etcd',
      user: 'dynamic',
      identities: ['root', 'server'],
    },
    {
      name: 'etcd-add-members',
      description: 'New members of etcd',
      user: 'dynamic',
      identities: ['root', 'health'],
      timer: ['OnBootSec=60s', 'OnUnitInactiveSec=120s', 'AccuracySec=5s'],
    },
    {
      name: 'etcd-backup',
      description: 'Verified snapshot of etcd in the bucket',
      user: 'etcd',
      identities: ['backup', 'health'],
      writable: [etcdPaths.volume],
      timer: [`OnBootSec=${300 + turn}s`, `OnUnitActiveSec=${look}s`, 'AccuracySec=5s'],
    },
    {
      name: 'etcd-defragment',
      description: 'Defragmentation of etcd',
      user: 'dynamic',
      identities: ['root', 'health'],
      timer: [`OnCalendar=*-*-* 0${2 + later}:${minute}:00 UTC`, 'AccuracySec=1s'],
    },
    {
      name: 'etcd-renew-certificates',
      description: 'Certificates of etcd from the parameter store',
      user: 'root',
      identities: [],
      writable: [etcdPaths.pki],
      // To read what only etcd may read, and to give it what replaces it.
      capabilities: ['CAP_CHOWN', 'CAP_DAC_READ_SEARCH'],
      // Hours, not minutes: a bad certificate is seen on one member before the next one takes it.
      timer: [`OnCalendar=*-*-* ${String(8 + index * 2).padStart(2, '0')}:00:00 UTC`],
    },
  ];
}

function renderTask(task: Task): MachineUnit[] {
  const service = `[Unit]
Description=${task.description}
${task.timer === undefined ? 'Wants=etcd.service\n' : ''}After=etcd.service network-online.target

[Service]
Type=oneshot
ExecStart=${etcdPaths.scripts}/${task.name}
${renderUser(task)}RuntimeDirectory=${task.name}
RuntimeDirectoryMode=0700
${task.identities.map((identity) => `LoadCredential=${identity}.pem:${identityPath(identity)}\n`).join('')}${
    task.timer === undefined ? 'RemainAfterExit=yes\nRestart=on-failure\nRestartSec=10\n' : ''
  }TimeoutStartSec=30min
${renderSandbox(task)}`;
  if (task.timer === undefined) {
    return [
      {
        name: `${task.name}.service`,
        content: `${service}\n[Install]\nWantedBy=multi-user.target\n`,
      },
    ];
  }
  return [
    { name: `${task.name}.service`, content: service, enable: false },
    {
      name: `${task.name}.timer`,
      content: `[Unit]
Description=${task.description}, by time

[Timer]
${task.timer.join('\n')}

[Install]
WantedBy=timers.target
`,
    },
  ];
}

function renderUser({ user }: Task): string {
  if (user === 'dynamic') return 'DynamicUser=yes\n';
  return user === 'etcd' ? 'User=etcd\nGroup=etcd\n' : '';
}
