import type { Clause } from './clause';
import { at } from './documents';

const source = at('nodeDistribution', 'Decision');

/** Distribution of nodes; providers may opt out of this document as a whole. */
export const nodeDistributionClauses: readonly Clause[] = [
  {
    id: 'scs-0214/distribution/control-plane-machines',
    source,
    level: 'MUST',
    statement: 'Control-plane nodes are spread over several physical machines.',
    checks: ['distribution/control-plane-machines'],
  },
  {
    id: 'scs-0214/distribution/kubernetes-practice',
    source,
    level: 'RECOMMENDED',
    statement:
      'The advice of Kubernetes on high availability is followed: three or more control-plane nodes and an odd number of etcd members.',
    checks: ['distribution/control-plane-count', 'distribution/etcd-quorum'],
  },
  {
    id: 'scs-0214/distribution/control-plane-zones',
    source,
    level: 'MUST',
    statement: 'Each failure zone in use has at least one control-plane instance.',
    checks: ['distribution/control-plane-zones'],
  },
  {
    id: 'scs-0214/distribution/several-per-zone',
    source,
    level: 'RECOMMENDED',
    statement: 'Each failure zone has more than one control-plane instance.',
    checks: ['distribution/control-plane-several-per-zone'],
  },
  {
    id: 'scs-0214/distribution/worker-zones',
    source,
    level: 'RECOMMENDED',
    statement: 'Workers are spread over several zones.',
    checks: ['distribution/worker-zones'],
  },
  {
    id: 'scs-0214/distribution/worker-each-zone',
    source,
    level: 'OPTIONAL',
    statement: 'Each zone has a worker.',
    checks: ['distribution/worker-each-zone'],
  },
  {
    id: 'scs-0214/labels/distribution-indicated',
    source,
    level: 'MUST',
    statement: 'Labels show users how workers are distributed, so that they can ask for affinity.',
    checks: ['distribution/zone-label', 'distribution/region-label'],
  },
  {
    id: 'scs-0214/labels/zone',
    source,
    level: 'MUST',
    statement: 'Nodes carry the label topology.kubernetes.io/zone.',
    checks: ['distribution/zone-label'],
  },
  {
    id: 'scs-0214/labels/region',
    source,
    level: 'MUST',
    statement: 'Nodes carry the label topology.kubernetes.io/region.',
    checks: ['distribution/region-label'],
  },
  {
    id: 'scs-0214/labels/host-id',
    source,
    level: 'MUST',
    statement:
      'Nodes carry the label topology.scs.community/host-id with an identifier of the physical machine under the hypervisor.',
    checks: ['distribution/host-id-label'],
  },
];
