import type { ApiServer } from '../../support/kubernetes/constructs-api-server';
import type { KubeClient } from '../../support/kubernetes/kube-client';
import { waitFor } from '../../support/kubernetes/kube-process';

/** Who asks, with credentials of their own. */
export const people = {
  /** Cluster administrator by certificate: boot and emergencies on the machines. */
  masters: { user: 'test-masters', group: 'system:masters' },
  breakGlass: { user: 'iam:break-glass:ada', group: 'hardened-cluster:break-glass' },
  kubeadm: { user: 'kubernetes-admin', group: 'kubeadm:cluster-admins' },
  operator: { user: 'iam:operators:bob', group: 'hardened-cluster:operators' },
  viewer: { user: 'iam:viewers:eve', group: 'hardened-cluster:viewers' },
  auditor: { user: 'iam:auditors:joe', group: 'hardened-cluster:auditors' },
  /** May do much everywhere, by roles that name it; no administrator. */
  tenant: { user: 'tenant', group: 'test:tenants' },
  /** Bound to cluster-admin behind everybody's back. */
  rogue: { user: 'rogue', group: 'test:rogues' },
  node: { user: 'system:node:node-1', group: 'system:nodes' },
  /** The pod network's account, as a token says that is bound to no pod. */
  calicoNode: { user: 'system:serviceaccount:kube-system:calico-node', group: undefined },
  approver: { user: 'hardened-cluster:certificate-approver', group: undefined },
} as const;

/** Service accounts of the control plane's controllers, with tokens of their own. */
export const controllers = {
  replicaSetController: 'replicaset-controller',
  nodeController: 'node-controller',
} as const;

/** Name of somebody who asks. */
export type Identity = keyof typeof people | keyof typeof controllers;

/** Clients of everybody. */
export async function identify(server: ApiServer): Promise<Record<Identity, KubeClient>> {
  const certificates = await Promise.all(
    Object.entries(people).map(
      async ([name, { user, group }]) => [name, await server.clientOf(user, group)] as const,
    ),
  );
  const tokens = await Promise.all(
    Object.entries(controllers).map(
      async ([name, account]) =>
        [name, server.client({ token: await tokenOf(server, account) })] as const,
    ),
  );
  return Object.fromEntries([...certificates, ...tokens]) as Record<Identity, KubeClient>;
}

async function tokenOf(server: ApiServer, account: string): Promise<string> {
  const path = `/api/v1/namespaces/kube-system/serviceaccounts/${account}/token`;
  // The controller manager makes its account first.
  return waitFor(`token of ${account}`, async () => {
    const answer = await server.admin.post(path, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    });
    if (answer.status !== 201) return undefined;
    return (answer.body as { status: { token: string } }).status.token;
  });
}
