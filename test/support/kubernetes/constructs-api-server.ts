import path from 'node:path';
import type { Blueprint } from '../../../lib/blueprint/blueprint';
import { startControlPlane, type ControlPlane } from './api-server';
import type { Caller, KubeClient } from './kube-client';
import { startPlainEtcd } from './kube-plain-etcd';
import type { CommandResult } from './kube-process';

/** A control plane as it is deployed, but for its etcd, which is a plain one. */
export interface ApiServer {
  readonly minorVersion: string;
  readonly admin: KubeClient;
  readonly auditLog: string;
  /** File of the public key of service-account tokens, PEM. */
  readonly tokenKeyFile: string;
  /** A client with a certificate for this user and group. */
  clientOf(user: string, group?: string): Promise<KubeClient>;
  client(caller: Caller): KubeClient;
  /** A kubeconfig file for this user and group. */
  kubeconfig(name: string, user: string, group?: string): Promise<string>;
  kubectl(
    args: readonly string[],
    options?: { readonly env?: NodeJS.ProcessEnv; readonly input?: string },
  ): Promise<CommandResult>;
  stop(): Promise<void>;
}

/** Programs that {@link startApiServer} needs, for `requireTools`. */
export function apiServerTools(minorVersion: string) {
  return [
    `kube-apiserver@${minorVersion}`,
    `kube-controller-manager@${minorVersion}`,
    `kubeadm@${minorVersion}`,
    `kubectl@${minorVersion}`,
    'etcd@3.6',
    'etcdctl@3.6',
  ] as const;
}

/**
 * Starts the control plane of a blueprint: API server and controller manager with the command
 * lines, admission plugins, Pod Security defaults and audit policy of the machines. The caller has
 * to stop it.
 */
export async function startApiServer(blueprint: Blueprint): Promise<ApiServer> {
  const { kubernetes, images } = blueprint;
  const etcd = await startPlainEtcd({
    kubernetes: { version: kubernetes.version, podSecurity: kubernetes.podSecurity },
    images: { requireDigests: images.requireDigests },
  });
  try {
    const minorVersion = minorVersionOf(kubernetes.minorVersion);
    return adapt(await startControlPlane({ minorVersion, etcd }), () => etcd.stop());
  } catch (error) {
    await etcd.stop();
    throw error;
  }
}

function minorVersionOf(minorVersion: string): '1.35' | '1.36' | '1.37' {
  if (minorVersion === '1.35' || minorVersion === '1.36' || minorVersion === '1.37')
    return minorVersion;
  throw new Error(`no test programs of Kubernetes ${minorVersion}`);
}

function adapt(plane: ControlPlane, stopEtcd: () => Promise<void>): ApiServer {
  const issue = (user: string, group?: string) =>
    plane.issue({ user, ...(group === undefined ? {} : { group }) });
  return {
    minorVersion: plane.minorVersion,
    admin: plane.admin,
    auditLog: plane.auditLog,
    tokenKeyFile: path.join(plane.place.root, 'etc/kubernetes/pki/sa.pub'),
    clientOf: async (user, group) => plane.client(await issue(user, group)),
    client: (caller) => plane.client(caller),
    kubeconfig: async (name, user, group) => plane.kubeconfig(name, await issue(user, group)),
    kubectl: (args, options) => plane.kubectl(args, options),
    stop: async () => {
      await plane.stop();
      await stopEtcd();
    },
  };
}
