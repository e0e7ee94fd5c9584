/** Port of the API server. */
export const apiServerPort = 6443;

/** Whether a range lies within the ports of NodePort Services. */
export function isNodePortRange(from: number, to: number): boolean {
  return from >= 30000 && to <= 32767;
}

/** Ports of Kubernetes and its usual parts that must not be open from outside. */
export const kubernetesPorts: readonly {
  readonly from: number;
  readonly to: number;
  readonly protocol: 'tcp' | 'udp';
  readonly process: string;
}[] = [
  { from: 179, to: 179, protocol: 'tcp', process: 'BGP of the pod network' },
  { from: 2379, to: 2381, protocol: 'tcp', process: 'etcd' },
  { from: 4149, to: 4149, protocol: 'tcp', process: 'cAdvisor, as the guide has it' },
  { from: 4194, to: 4194, protocol: 'tcp', process: 'cAdvisor' },
  { from: 4789, to: 4789, protocol: 'udp', process: 'VXLAN of the pod network' },
  { from: 5473, to: 5473, protocol: 'tcp', process: 'Typha of Calico' },
  { from: 8080, to: 8080, protocol: 'tcp', process: 'insecure port of the API server' },
  { from: 8472, to: 8472, protocol: 'udp', process: 'VXLAN of the pod network' },
  { from: 9099, to: 9099, protocol: 'tcp', process: 'health check of Felix' },
  { from: 10248, to: 10250, protocol: 'tcp', process: 'kubelet and kube-proxy' },
  { from: 10251, to: 10252, protocol: 'tcp', process: 'old plain ports of the control plane' },
  { from: 10255, to: 10257, protocol: 'tcp', process: 'kubelet, kube-proxy, controller manager' },
  { from: 10259, to: 10259, protocol: 'tcp', process: 'scheduler' },
  { from: 51820, to: 51821, protocol: 'udp', process: 'WireGuard of the pod network' },
];
