/**
 * Every port that the plan opens, binds or refuses, by name. The linter refuses the numbers anywhere
 * else on the planning side; the checks in `lib/conformance` keep expected values of their own on
 * purpose, so that a mistake here is a failure there.
 *
 * @see https://kubernetes.io/docs/reference/networking/ports-and-protocols/
 */
export const namedPorts = {
  ssh: 22,
  dns: 53,
  /** Instance metadata; nothing else here speaks plain HTTP. */
  http: 80,
  ntp: 123,
  https: 443,
  etcdClient: 2379,
  etcdPeer: 2380,
  /** Metrics and health of a member, on loopback. */
  etcdMetrics: 2381,
  /** Of the kubelet until Kubernetes 1.12, as the guide lists it; never opened. */
  cAdvisor: 4149,
  vxlan: 4789,
  apiServer: 6443,
  /** calico-felix, on loopback. */
  calicoHealth: 9099,
  /** On loopback. */
  kubeletHealth: 10248,
  /** On loopback. */
  kubeProxyMetrics: 10249,
  kubelet: 10250,
  /** Plain HTTP; never opened. */
  kubeletReadOnly: 10255,
  /** On loopback. */
  kubeProxyHealth: 10256,
  /** On loopback. */
  controllerManager: 10257,
  /** On loopback. */
  scheduler: 10259,
  /** Webhook of aws-iam-authenticator, on loopback. */
  iamAuthenticator: 21362,
  wireGuard: 51820,
} as const;

/** Highest number of a TCP or UDP port. */
export const highestPort = 65535;

export { nodePorts } from '../standard/node-ports';
