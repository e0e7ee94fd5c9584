import { partitionOf } from '../../aws/regions';
import type { Blueprint } from '../../blueprint/blueprint';
import type { MachineFile, MachineUnit, MachineUser } from '../../machine/machine-config';
import { machineRoleName, principalGroups } from './identities';
import { paths } from '../paths';
import { renderYaml } from '../yaml';
import { namedPorts } from '../../network/ports';

/** The system user that the webhook runs as. */
export const authenticatorUser: MachineUser = { name: 'aws-iam-authenticator', id: 851 };

/** An IAM role and who it is in the cluster. */
export interface RoleMapping {
  readonly rolearn: string;
  readonly username: string;
  readonly groups: readonly string[];
}

/**
 * Workers by the role of their tier, people by their roles. The session name says who it was behind a
 * shared role: EC2 gives each instance a session named by its id, and nothing else may assume the role
 * of a tier. The id is the node's name: an address or a domain may be another machine's tomorrow.
 *
 * @see https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/v0.7.8/pkg/config/types.go RoleMapping
 */
export function planRoleMappings(blueprint: Blueprint): readonly RoleMapping[] {
  const partition = partitionOf(blueprint.region);
  const principals = Object.entries(principalGroups).flatMap(([list, group]) =>
    blueprint.principals[list as keyof typeof principalGroups].map((arn) => ({
      rolearn: withoutPath(arn),
      username: `iam:${roleNameOf(arn)}:{{SessionName}}`,
      groups: [group],
    })),
  );
  return [
    {
      rolearn: `arn:${partition}:iam::@HC_ACCOUNT_ID@:role/${machineRoleName(blueprint, 'worker')}`,
      username: 'system:node:{{SessionName}}',
      groups: ['system:nodes'],
    },
    ...principals,
  ];
}

/** STS names assumed roles without the path, so a mapping with one would never match. */
function withoutPath(arn: string): string {
  return `${arn.slice(0, arn.indexOf(':role/'))}:role/${roleNameOf(arn)}`;
}

function roleNameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** Configuration of the webhook on control-plane machines. */
export function planAuthenticatorFiles(blueprint: Blueprint): readonly MachineFile[] {
  return [
    {
      path: paths.authenticatorConfig,
      template: true,
      content: renderYaml({
        clusterID: blueprint.name,
        server: { mapRoles: planRoleMappings(blueprint) },
      }),
    },
  ];
}

/**
 * The webhook: on loopback, under its own user, with nothing to write but its own folder. The API server
 * has no capability and could not read a file of that user: the start of the control plane puts a copy
 * of the kubeconfig where it can.
 */
export function planAuthenticatorUnit(blueprint: Blueprint): MachineUnit {
  const flags = [
    `--config=${paths.authenticatorConfig}`,
    `--partition=${partitionOf(blueprint.region)}`,
    '--address=127.0.0.1',
    `--port=${namedPorts.iamAuthenticator}`,
    '--backend-mode=MountedFile',
    `--state-dir=${paths.authenticatorState}`,
    `--generate-kubeconfig=${paths.authenticatorState}/kubeconfig.yaml`,
    '--log-format=json',
  ];
  return {
    name: 'aws-iam-authenticator.service',
    content: `[Unit]
Description=Token webhook for IAM identities
Documentation=https://github.com/kubernetes-sigs/aws-iam-authenticator
After=network-online.target
Wants=network-online.target

[Service]
User=${authenticatorUser.name}
Group=${authenticatorUser.name}
EnvironmentFile=/etc/hardened-cluster/machine.env
ExecStart=/usr/bin/env AWS_REGION=\${HC_REGION} AWS_STS_REGIONAL_ENDPOINTS=regional \\
  /usr/local/bin/aws-iam-authenticator server \\
${flags.map((flag) => `  ${flag}`).join(' \\\n')}
Restart=always
RestartSec=2
# Certificate and kubeconfig, made at each start of the machine and kept over the service's own.
RuntimeDirectory=aws-iam-authenticator
RuntimeDirectoryMode=0700
RuntimeDirectoryPreserve=yes
UMask=0077
# It catches SIGTERM and SIGINT and serves on; this one ends it, and it has nothing to lose.
KillSignal=SIGHUP
TimeoutStopSec=10
# It would also answer /healthz on 21363 of every address, by plain HTTP and with no flag against it.
SocketBindDeny=any
SocketBindAllow=ipv4:tcp:${namedPorts.iamAuthenticator}
${sandbox}

[Install]
WantedBy=multi-user.target
`,
  };
}

const sandbox = `CapabilityBoundingSet=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources`;
