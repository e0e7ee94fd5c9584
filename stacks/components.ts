/** Pulumi components, each usable alone: needs the Pulumi packages, and cdk8s for a whole cluster. */
export { ArgumentsError, type AwsAccount, type Tags } from './component-args';
export { planStack } from './cluster/load-planner';
export type { StackPlan } from './cluster/plan-stack';
export type { PolicyDocument, PolicyStatement } from './iam/policy-document';
export {
  HardenedCluster,
  type ClusterSource,
  type HardenedClusterArgs,
  type HardenedClusterOutputs,
} from './cluster/hardened-cluster';
export type { ExistingParts } from './cluster/existing-parts';
export type { IdList } from './id-list';
export type { ExistingVpc } from './network/existing-vpc';
export { Bastion, type BastionMachine, type BastionArgs } from './machines/bastion';
export { ControlPlane, type ControlPlaneArgs } from './machines/control-plane';
export { EtcdDirectory, type EtcdDirectoryArgs } from './machines/etcd-directory';
export { EtcdMemberMachine, type EtcdMachine, type EtcdMemberArgs } from './machines/etcd-member';
export { EtcdTier, type EtcdTierMember, type EtcdTierArgs } from './machines/etcd-tier';
export { MachineContent, type MachineContentArgs } from './machines/machine-content';
export { MachineGroup, type MachineGroupArgs } from './machines/machine-group';
export { MachineIdentity, type MachineIdentityArgs } from './machines/machine-identity';
export { ManifestContent, type ManifestContentArgs } from './machines/manifest-content';
export { SessionDocument, type SessionDocumentArgs } from './machines/session-document';
export { WorkerPool, type WorkerPoolArgs } from './machines/worker-pool';
export { ClusterDns, type ClusterDnsArgs } from './network/cluster-dns';
export { ClusterFirewall, type ClusterFirewallArgs } from './network/cluster-firewall';
export { DnsFirewall, type DnsFirewallArgs } from './network/dns-firewall';
export { FlowLogs, type FlowLogsArgs } from './network/flow-logs';
export { InterfaceEndpoints, type InterfaceEndpointsArgs } from './network/interface-endpoints';
export { NetworkAclTier, type NetworkAclTierArgs } from './network/network-acl-tier';
export {
  NetworkLoadBalancer,
  type TcpListener,
  type NetworkLoadBalancerArgs,
} from './network/network-load-balancer';
export { PrivateNetwork, type PrivateNetworkArgs, type IdsByZone } from './network/private-network';
export { S3Endpoints, type S3EndpointsArgs } from './network/s3-endpoints';
export { LogGroups, type LogGroupsArgs } from './storage/log-groups';
export { SecureBucket, type SecureBucketArgs } from './storage/secure-bucket';
export { ClusterPki, type ClusterPkiArgs, type ExistingCa } from './trust/cluster-pki';
export { ClusterSecrets, type ClusterSecretsArgs } from './trust/cluster-secrets';
export { EncryptionKeys, type EncryptionKeysArgs } from './trust/encryption-keys';
export { OidcIssuer, type OidcIssuerArgs } from './trust/oidc-issuer';
