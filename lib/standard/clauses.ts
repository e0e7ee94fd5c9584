import type { Clause } from './clause';
import { apiClauses } from './guide/api';
import { awsClauses } from './guide/aws';
import { dashboardClauses } from './guide/dashboard';
import { guideKubeletClauses } from './guide/kubelet';
import { kopsClauses } from './guide/kops';
import { networkClauses } from './guide/network';
import { systemClauses } from './guide/system';
import { workloadClauses } from './guide/workloads';
import { versionPolicyClauses } from './scs-0210';
import { nodeDistributionClauses } from './scs-0214';
import { certificateClauses } from './scs-0215/certificates';
import { etcdMaintenanceClauses } from './scs-0215/etcd';
import { requestClauses } from './scs-0215/requests';
import { accessControlClauses } from './scs-0217/access-control';
import { endpointClauses } from './scs-0217/endpoints';
import { etcdClauses } from './scs-0217/etcd';
import { kubeletClauses } from './scs-0217/kubelet';
import { podClauses } from './scs-0217/pods';
import { updateClauses } from './scs-0217/updates';

/** Every clause, in the order of the documents. */
export const clauses: readonly Clause[] = [
  ...updateClauses,
  ...etcdClauses,
  ...endpointClauses,
  ...accessControlClauses,
  ...kubeletClauses,
  ...podClauses,
  ...versionPolicyClauses,
  ...nodeDistributionClauses,
  ...requestClauses,
  ...etcdMaintenanceClauses,
  ...certificateClauses,
  ...systemClauses,
  ...networkClauses,
  ...apiClauses,
  ...guideKubeletClauses,
  ...workloadClauses,
  ...dashboardClauses,
  ...awsClauses,
  ...kopsClauses,
];

const byId = new Map(clauses.map((clause): [string, Clause] => [clause.id, clause]));

/** The clause of an id, or undefined. */
export function findClause(id: string): Clause | undefined {
  return byId.get(id);
}
