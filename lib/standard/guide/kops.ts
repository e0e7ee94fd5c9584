import type { Clause } from '../clause';
import { at } from '../documents';

const create = at('guideKops', 'Create cluster');

/** The kops chapter. Items that name no severity of their own carry that of the main page. */
export const kopsClauses: readonly Clause[] = [
  {
    id: 'guide/kops/authorization-rbac',
    source: create,
    level: 'critical',
    statement: 'The cluster is created with authorization RBAC.',
    checks: ['api/authorization-rbac'],
  },
  {
    id: 'guide/kops/topology-private',
    source: create,
    level: 'low',
    statement: 'The cluster is created in private subnets.',
    checks: ['exposure/private-machines'],
  },
  {
    id: 'guide/kops/networking',
    source: create,
    level: 'medium',
    statement: 'The pod network supports network policies.',
    checks: ['network-policies/provider'],
  },
  {
    id: 'guide/kops/bastion',
    source: create,
    level: 'medium',
    statement: 'A bastion is the entry to the private network.',
    checks: ['bastion/only-entry'],
  },
  {
    id: 'guide/kops/insecure-port',
    source: at('guideKops', 'API config changes: Insecure Port'),
    level: 'medium',
    statement: 'The insecure port of the API server is off.',
    versions: { until: '1.23' },
    replacement: 'The flag was removed in 1.24; it is shown to be absent.',
    checks: ['api/insecure-port-absent'],
  },
  {
    id: 'guide/kops/profiling',
    source: at('guideKops', 'API config changes: Disable Profiling'),
    level: 'medium',
    statement: 'Profiling is off.',
    checks: ['api/profiling-off'],
  },
  {
    id: 'guide/kops/admission-plugins',
    source: at('guideKops', 'API config changes: Admission Controller Config'),
    level: 'high',
    statement:
      'These admission plugins are active: NamespaceLifecycle, LimitRanger, ServiceAccount, DefaultStorageClass, DefaultTolerationSeconds, NodeRestriction, Priority, ResourceQuota, AlwaysPullImages, DenyEscalatingExec, Initializers, PersistentVolumeLabel.',
    replacement:
      'Initializers left in 1.14, DenyEscalatingExec in 1.21 and PersistentVolumeLabel in 1.31; most others are on by default and are shown not to be switched off.',
    checks: [
      'api/default-admission-plugins',
      'api/node-restriction',
      'api/always-pull-images',
      'admission/exec-guard',
    ],
  },
  {
    id: 'guide/kops/pod-security-policy',
    source: at('guideKops', 'Add and enable PodSecurityPolicy'),
    level: 'critical',
    statement: 'Pod security policies are added and enabled (the chapter says work in progress).',
    versions: { until: '1.24' },
    replacement: 'Pod Security admission.',
    checks: ['api/pod-security-admission', 'pod-security/cluster-default'],
  },
  {
    id: 'guide/kops/os-security-updates',
    source: at('guideKops', 'Apply OS security updates'),
    level: 'high',
    statement: 'Machines get security updates of the operating system after they are made.',
    checks: ['machines/automatic-security-updates'],
  },
  {
    id: 'guide/kops/bastion-in-existing-cluster',
    source: at('guideKops', 'Bastion host in pre-existing cluster'),
    level: 'medium',
    statement: 'A bastion can be added to a cluster that has none.',
    checks: ['bastion/only-entry'],
  },
  {
    id: 'guide/kops/api-topology',
    source: at('guideKops', 'Changing Topology of the API server'),
    level: 'low',
    statement: 'Public access to the API server can be shut: a private load balancer alone.',
    checks: ['exposure/api-not-from-everywhere'],
  },
  {
    id: 'guide/kops/private-dns',
    source: at('guideKops', 'Changing DNS zone to private'),
    level: 'low',
    statement: "The cluster's DNS zone is private.",
    checks: ['aws/private-dns-zone'],
  },
  {
    id: 'guide/kops/aws',
    source: at('guideKops', 'AWS specific security measures'),
    level: 'critical',
    statement: 'The measures of the AWS chapter are taken.',
    checks: [
      'aws/metadata-tokens-required',
      'aws/metadata-hop-limit',
      'network-policies/metadata-denied',
    ],
  },
];
