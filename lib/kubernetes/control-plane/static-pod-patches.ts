import type { MachineFile } from '../../machine/machine-config';
import { probePort } from './api-server-probe';
import { paths } from '../paths';
import { renderYaml } from '../yaml';

/**
 * Patches that kubeadm lays over its static pods: no capability but the one the program file asks
 * for, a root file system that can't be written, and probes that work without anonymous requests.
 *
 * @see docs/decisions/0030-no-anonymous-requests.md
 */
export function planStaticPodPatches(): readonly MachineFile[] {
  return [
    patch('kube-apiserver', {
      securityContext: {
        ...confined,
        // The file capability of the program would make it fail to start without.
        capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
      },
      livenessProbe: probe('/livez', 10),
      readinessProbe: probe('/readyz', 5),
      startupProbe: probe('/livez', 5),
    }),
    patch('kube-controller-manager', { securityContext: confined }),
    patch('kube-scheduler', { securityContext: confined }),
  ];
}

const confined = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

function probe(path: string, periodSeconds: number): object {
  return {
    httpGet: { host: '127.0.0.1', path, port: probePort, scheme: 'HTTP' },
    periodSeconds,
  };
}

function patch(program: string, container: object): MachineFile {
  return {
    path: `${paths.patches}/${program}+strategic.yaml`,
    content: renderYaml({ spec: { containers: [{ name: program, ...container }] } }),
  };
}
