import type { Blueprint } from '../blueprint/blueprint';
import type { PortMatrix } from '../network/port-matrix';
import { personFiles } from './hardening/ssh-accounts';
import { sshServerFile } from './hardening/ssh-server';
import type { MachinePart, MachineRole } from './machine-config';
import { planSessionRecording } from './session-recording';
import { namedPorts } from '../network/ports';

/** The SSH server of a role with its accounts and the recording of its sessions; off without SSH. */
export function planSsh(
  blueprint: Blueprint,
  role: MachineRole,
  portMatrix: PortMatrix,
): MachinePart {
  // The server is in the image: without the accounts it does not start.
  const condition = {
    path: '/etc/systemd/system/ssh.service.d/90-hardened-cluster.conf',
    content: '[Unit]\nConditionPathExists=/etc/ssh/authorized_keys.d\n',
  };
  if (blueprint.bastion.access !== 'ssh') return { files: [condition] };
  const recording = planSessionRecording();
  return {
    ...recording,
    files: [
      condition,
      sshServerFile(role, role === 'bastion' ? jumpTargets(blueprint, portMatrix) : []),
      ...personFiles(blueprint, role),
      ...(recording.files ?? []),
    ],
  };
}

/** Where the bastion connects people to: the SSH servers behind it, and a private API. */
function jumpTargets({ names }: Blueprint, portMatrix: PortMatrix): readonly string[] {
  const tunnels = portMatrix.filter(
    ({ from, to }) =>
      from.kind === 'tier' &&
      from.tier === 'bastion' &&
      to.kind === 'tier' &&
      to.tier === 'internal-load-balancer',
  );
  return [`*:${namedPorts.ssh}`, ...tunnels.map(({ ports }) => `${names.api}:${ports.from}`)];
}
