import type * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type {
  AdmissionBindingSpec,
  MutatingAdmissionSpec,
  ValidatingAdmissionSpec,
} from './admission/admission-types';
import type { Plain } from './synthesis/plain';

/** Name, labels and annotations of an object outside any namespace. */
export interface ClusterMetadata {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The same for an object in a namespace, which is never left open. */
export interface NamespacedMetadata extends ClusterMetadata {
  readonly namespace: string;
}

type Body<T> = Omit<Plain<T>, 'metadata'>;

/** Fields that Kubernetes has gained since the types of cdk8s-plus-27 were made. */
interface PodAdditions {
  readonly securityContext?: Plain<k8s.PodSecurityContext> & {
    readonly appArmorProfile?: { readonly type: 'RuntimeDefault' | 'Localhost' | 'Unconfined' };
  };
}

/** Spec of a pod. */
export type PodSpec = Omit<Plain<k8s.PodSpec>, 'securityContext'> & PodAdditions;

/** A container of a pod. */
export type Container = Plain<k8s.Container>;

/** A volume of a pod. */
export type Volume = Plain<k8s.Volume>;

/** Spec of a NetworkPolicy. */
export type NetworkPolicySpec = Plain<k8s.NetworkPolicySpec>;

/** A rule of a Role or ClusterRole. */
export type PolicyRule = Plain<k8s.PolicyRule>;

/** Who a role is bound to. */
export type Subject = Plain<k8s.Subject>;

/** Kinds outside namespaces, with what an object of each holds besides its metadata. */
export interface ClusterKinds {
  Namespace: Body<k8s.KubeNamespaceProps>;
  ClusterRole: Body<k8s.KubeClusterRoleProps>;
  ClusterRoleBinding: Body<k8s.KubeClusterRoleBindingProps>;
  RuntimeClass: Body<k8s.KubeRuntimeClassProps>;
  ValidatingAdmissionPolicy: { readonly spec: ValidatingAdmissionSpec };
  ValidatingAdmissionPolicyBinding: { readonly spec: AdmissionBindingSpec };
  MutatingAdmissionPolicy: { readonly spec: MutatingAdmissionSpec };
  MutatingAdmissionPolicyBinding: { readonly spec: AdmissionBindingSpec };
  GlobalNetworkPolicy: { readonly spec: object };
  IPPool: { readonly spec: object };
  FelixConfiguration: { readonly spec: object };
  KubeControllersConfiguration: { readonly spec: object };
}

/** Kinds inside namespaces, likewise. */
export interface NamespacedKinds {
  ServiceAccount: Body<k8s.KubeServiceAccountProps>;
  ConfigMap: Body<k8s.KubeConfigMapProps>;
  ResourceQuota: Body<k8s.KubeResourceQuotaProps>;
  LimitRange: Body<k8s.KubeLimitRangeProps>;
  NetworkPolicy: Body<k8s.KubeNetworkPolicyProps>;
  Role: Body<k8s.KubeRoleProps>;
  RoleBinding: Body<k8s.KubeRoleBindingProps>;
  DaemonSet: Body<k8s.KubeDaemonSetProps>;
  Deployment: Body<k8s.KubeDeploymentProps>;
  CronJob: Body<k8s.KubeCronJobProps>;
  Job: Body<k8s.KubeJobProps>;
  PodDisruptionBudget: Body<k8s.KubePodDisruptionBudgetProps>;
}

const calico = 'crd.projectcalico.org/v1';
const admission = 'admissionregistration.k8s.io/v1';
const rbac = 'rbac.authorization.k8s.io/v1';

/** API version of every kind outside namespaces. */
export const clusterKinds: { readonly [K in keyof ClusterKinds]: string } = {
  Namespace: 'v1',
  ClusterRole: rbac,
  ClusterRoleBinding: rbac,
  RuntimeClass: 'node.k8s.io/v1',
  ValidatingAdmissionPolicy: admission,
  ValidatingAdmissionPolicyBinding: admission,
  MutatingAdmissionPolicy: admission,
  MutatingAdmissionPolicyBinding: admission,
  GlobalNetworkPolicy: calico,
  IPPool: calico,
  FelixConfiguration: calico,
  KubeControllersConfiguration: calico,
};

/** API version of every kind inside namespaces. */
export const namespacedKinds: { readonly [K in keyof NamespacedKinds]: string } = {
  ServiceAccount: 'v1',
  ConfigMap: 'v1',
  ResourceQuota: 'v1',
  LimitRange: 'v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  Role: rbac,
  RoleBinding: rbac,
  DaemonSet: 'apps/v1',
  Deployment: 'apps/v1',
  CronJob: 'batch/v1',
  Job: 'batch/v1',
  PodDisruptionBudget: 'policy/v1',
};
