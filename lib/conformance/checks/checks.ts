import type { Check } from '../check';
import { apiServerAccessChecks } from './api-server/access';
import { apiServerAdmissionChecks } from './api-server/admission';
import { apiServerEndpointChecks } from './api-server/endpoints';
import { awsChecks } from './cloud/aws';
import { backupChecks } from './cluster/backup';
import { certificateChecks } from './cluster/certificates';
import { distributionChecks } from './cluster/distribution';
import { versionChecks } from './cluster/versions';
import { etcdAccessControlChecks } from './etcd/access-control';
import { etcdCaChecks } from './etcd/ca';
import { etcdPlacementChecks } from './etcd/placement';
import { etcdTransportChecks } from './etcd/transport';
import { kubeletChecks } from './kubelet/settings';
import { sshChecks } from './machines/ssh';
import { systemChecks } from './machines/system';
import { bastionChecks } from './network/bastion';
import { exposureChecks } from './network/exposure';
import { placementChecks } from './network/placement';
import { admissionChecks } from './workloads/admission';
import { installedChecks } from './workloads/installed';
import { networkPolicyChecks } from './workloads/network-policies';
import { podChecks } from './workloads/pods';
import { podSecurityChecks } from './workloads/pod-security';
import { rbacChecks } from './workloads/rbac';
import { serviceAccountChecks } from './workloads/service-accounts';

/** Every check, topic by topic. */
export const checks: readonly Check[] = [
  ...etcdTransportChecks,
  ...etcdPlacementChecks,
  ...etcdCaChecks,
  ...etcdAccessControlChecks,
  ...apiServerAccessChecks,
  ...apiServerAdmissionChecks,
  ...apiServerEndpointChecks,
  ...kubeletChecks,
  ...exposureChecks,
  ...placementChecks,
  ...bastionChecks,
  ...awsChecks,
  ...systemChecks,
  ...sshChecks,
  ...podSecurityChecks,
  ...podChecks,
  ...admissionChecks,
  ...rbacChecks,
  ...serviceAccountChecks,
  ...networkPolicyChecks,
  ...installedChecks,
  ...versionChecks,
  ...certificateChecks,
  ...backupChecks,
  ...distributionChecks,
];

const byId = new Map(checks.map((check): [string, Check] => [check.id, check]));

/** The check of an id, or undefined. */
export function findCheck(id: string): Check | undefined {
  return byId.get(id);
}
