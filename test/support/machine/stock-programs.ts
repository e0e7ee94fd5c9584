import type { ToolName } from '../tool-catalog';

/** Programs of artifacts that stock machines get as they are; of the rest they get stubs. */
export const stockPrograms = [
  'etcd',
  'etcdctl',
  'etcdutl',
  'kubelet',
  'kubeadm',
  'kubectl',
  'containerd',
  'containerd-shim-runc-v2',
  'aws-iam-authenticator',
] as const satisfies readonly ToolName[];
