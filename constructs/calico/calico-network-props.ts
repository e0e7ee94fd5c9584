/** The pod network. */
export interface CalicoNetworkProps {
  /** Such as `3.31.7`; the custom resource definitions of that version are applied beforehand. */
  readonly version: string;
  /** Addresses of pods. */
  readonly podCidr: string;
  /** Whether traffic between nodes is encrypted. @default 'none' */
  readonly encryption?: 'none' | 'wireguard';
  /** API server that nodes reach without kube-proxy. @default the Service `kubernetes` */
  readonly apiServer?: { readonly host: string; readonly port: number };
  /** Where the images come from. @default 'quay.io/calico' */
  readonly registry?: string;
}
