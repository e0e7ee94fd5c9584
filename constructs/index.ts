export { AdmissionPolicy, type AdmissionPolicyProps } from './admission-policy';
export { CalicoNetwork, type CalicoNetworkProps } from './calico-network';
export { CertificateApprover, type CertificateApproverProps } from './certificate-approver';
export { DefaultDeny, type DefaultDenyProps } from './default-deny';
export { DenyDashboard, type DenyDashboardProps } from './deny-dashboard';
export { ExecGuard, type ExecGuardProps } from './exec-guard';
export {
  HardenedNamespace,
  type HardenedNamespaceProps,
  type PodSecurityLevel,
} from './hardened-namespace';
export { ImagePolicy, type ImagePolicyProps } from './image-policy';
export { ImagePolicyGrant, type ImagePolicyGrantProps } from './image-policy-grant';
export { KubeBench, type KubeBenchProps, type KubeBenchTarget } from './kube-bench';
export { synthesizeManifests, type ManifestFile } from './manifests';
export { NamespaceProtection, type NamespaceProtectionProps } from './namespace-protection';
export { NetworkIsolation, type NetworkIsolationProps } from './network-isolation';
export { NetworkPeer } from './network-peer';
export { NetworkPort } from './network-port';
export { NetworkRule, type NetworkRuleProps } from './network-rule';
export { NodeProtection, type NodeProtectionProps } from './node-protection';
export { PodPolicy, type PodPolicyProps } from './pod-policy';
export { PodPolicyGrant, type PodPolicyGrantProps } from './pod-policy-grant';
export type { PodRuleName } from './pod-rules';
export { RbacBaseline, type RbacBaselineProps } from './rbac-baseline';
export { RbacGuard, type RbacGuardProps } from './rbac-guard';
export { SandboxRuntimeClass, type SandboxRuntimeClassProps } from './sandbox-runtime-class';
export { synthesize, type SynthesizedChart } from './synthesizer';
export { SystemNamespaces, type SystemNamespacesProps } from './system-namespaces';
export { TokenAutomount, type TokenAutomountProps } from './token-automount';
