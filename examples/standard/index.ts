// The whole cluster of cluster.yaml; set aws:region to its region.
import { HardenedCluster } from 'hardened-cluster/stacks';

const cluster = new HardenedCluster('example', { configFile: 'cluster.yaml' });

/** For kubectl with aws-iam-authenticator. */
export const kubeconfig = cluster.outputs.kubeconfig;
/** Address to SSH to. */
export const bastionAddress = cluster.outputs.bastionAddress;
