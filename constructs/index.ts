export {
  AdmissionPolicy,
  type AdmissionPolicyProps,
  type AdoptionProps,
  type PolicyAction,
} from './admission/admission-policy';
export { CalicoNetwork } from './calico/calico-network';
export type { CalicoNetworkProps } from './calico/calico-network-props';
export { CertificateApprover, type CertificateApproverProps } from './access/certificate-approver';
export { DefaultDeny, type DefaultDenyProps } from './network/default-deny';
export { DenyDashboard, type DenyDashboardProps } from './admission/deny-dashboard';
export { ExecGuard, type ExecGuardProps } from './admission/exec-guard';
export {
  HardenedNamespace,
  type HardenedNamespaceProps,
  type PodSecurityLevel,
} from './workloads/hardened-namespace';
export { ImagePolicy, type ImagePolicyProps } from './admission/image-policy';
export { ImagePolicyGrant, type ImagePolicyGrantProps } from './admission/image-policy-grant';
export { KubeBench, type KubeBenchProps, type KubeBenchTarget } from './workloads/kube-bench';
export { synthesizeManifests, type ManifestFile } from './manifests';
export {
  NamespaceProtection,
  type NamespaceProtectionProps,
} from './admission/namespace-protection';
export { NetworkIsolation, type NetworkIsolationProps } from './network/network-isolation';
export { NetworkPeer } from './network/network-peer';
export { NetworkPort } from './network/network-port';
export { NetworkRule, type NetworkRuleProps } from './network/network-rule';
export { NodeProtection, type NodeProtectionProps } from './admission/node-protection';
export { PodPolicy, type PodPolicyProps } from './admission/pod-policy';
export { PodPolicyGrant, type PodPolicyGrantProps } from './admission/pod-policy-grant';
export { podRoleAnnotation } from './access/pod-role-patch';
export { PodRoles, type PodRolesProps } from './access/pod-roles';
export type { PodRuleName } from './admission/pod-rules';
export { RbacBaseline, type RbacBaselineProps } from './access/rbac-baseline';
export { RbacGuard, type RbacGuardProps } from './access/rbac-guard';
export {
  SandboxRuntimeClass,
  type SandboxRuntimeClassProps,
} from './workloads/sandbox-runtime-class';
export type { GrantSubject, SubjectSource } from './admission/rule-grant';
export { PropsError } from './synthesis/validate-props';
export { synthesize, type SynthesizedChart } from './synthesis/synthesizer';
export { SystemNamespaces, type SystemNamespacesProps } from './workloads/system-namespaces';
export { TokenAutomount, type TokenAutomountProps } from './admission/token-automount';
