import type { MachineFile, MachineUnit } from '../../machine/machine-config';
import { paths } from '../paths';
import { programFile } from '../../machine/program-file';

/** Loopback port on which the machine answers the kubelet's probes for its API server. */
export const probePort = 10261;

/** The script behind the probe port. */
export function planProbeFiles(): readonly MachineFile[] {
  return [programFile('control-plane/answer-probe.sh')];
}

/**
 * A socket-activated responder between the kubelet and the API server.
 *
 * @see docs/decisions/0030-no-anonymous-requests.md
 */
export function planProbeUnits(): readonly MachineUnit[] {
  return [
    {
      name: 'kube-apiserver-probe.socket',
      content: `[Unit]
Description=Probes of the API server, on loopback only

[Socket]
ListenStream=127.0.0.1:${probePort}
Accept=yes
MaxConnections=16

[Install]
WantedBy=sockets.target
`,
    },
    {
      name: 'kube-apiserver-probe@.service',
      enable: false,
      content: `[Unit]
Description=One probe of the API server
CollectMode=inactive-or-failed

[Service]
ExecStart=${paths.scripts}/answer-probe
StandardInput=socket
StandardOutput=socket
StandardError=journal
RuntimeMaxSec=15
CapabilityBoundingSet=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
RestrictAddressFamilies=AF_INET AF_UNIX
IPAddressDeny=any
IPAddressAllow=localhost
SystemCallArchitectures=native
`,
    },
  ];
}
