import type { PolicyRule } from '../kinds';

const calico = ['crd.projectcalico.org'] as const;
const read = ['get', 'list', 'watch'] as const;
const keep = ['create', 'delete', 'get', 'list', 'update'] as const;

/**
 * What each of Calico's service accounts may do on a fresh installation over VXLAN: upstream's
 * documented rights without those for BGP, host endpoints and migrations.
 */
export const calicoRoles: readonly {
  readonly name: 'calico-node' | 'calico-cni-plugin' | 'calico-kube-controllers';
  readonly rules: readonly PolicyRule[];
}[] = [
  {
    name: 'calico-node',
    rules: [
      // The token with which the CNI plugin on the node calls the API.
      {
        apiGroups: [''],
        resources: ['serviceaccounts/token'],
        resourceNames: ['calico-cni-plugin'],
        verbs: ['create'],
      },
      {
        apiGroups: [''],
        resources: ['endpoints', 'namespaces', 'nodes', 'pods', 'serviceaccounts', 'services'],
        verbs: read,
      },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
      {
        apiGroups: ['networking.k8s.io'],
        resources: ['networkpolicies'],
        verbs: ['list', 'watch'],
      },
      {
        apiGroups: ['policy.networking.k8s.io'],
        resources: ['adminnetworkpolicies', 'baselineadminnetworkpolicies'],
        verbs: ['list', 'watch'],
      },
      // kubeadm's configuration names the pod network.
      {
        apiGroups: [''],
        resources: ['configmaps'],
        resourceNames: ['kubeadm-config'],
        verbs: ['get'],
      },
      { apiGroups: [''], resources: ['nodes/status'], verbs: ['patch', 'update'] },
      { apiGroups: [''], resources: ['pods/status'], verbs: ['patch'] },
      {
        apiGroups: calico,
        resources: [
          'bgpconfigurations',
          'bgpfilters',
          'bgppeers',
          'blockaffinities',
          'caliconodestatuses',
          'clusterinformations',
          'felixconfigurations',
          'globalnetworkpolicies',
          'globalnetworksets',
          'hostendpoints',
          'ipamblocks',
          'ippools',
          'ipreservations',
          'networkpolicies',
          'networksets',
          'stagedglobalnetworkpolicies',
          'stagedkubernetesnetworkpolicies',
          'stagednetworkpolicies',
          'tiers',
        ],
        verbs: read,
      },
      { apiGroups: calico, resources: ['tiers'], verbs: ['create'] },
      {
        apiGroups: calico,
        resources: ['clusterinformations', 'felixconfigurations', 'ippools'],
        verbs: ['create', 'update'],
      },
      { apiGroups: calico, resources: ['caliconodestatuses'], verbs: ['update'] },
      {
        apiGroups: calico,
        resources: ['blockaffinities', 'ipamblocks', 'ipamhandles'],
        verbs: keep,
      },
      { apiGroups: calico, resources: ['ipamconfigs'], verbs: ['create', 'get'] },
    ],
  },
  {
    name: 'calico-cni-plugin',
    rules: [
      { apiGroups: [''], resources: ['namespaces', 'nodes', 'pods'], verbs: ['get'] },
      { apiGroups: [''], resources: ['pods/status'], verbs: ['patch'] },
      {
        apiGroups: calico,
        resources: [
          'blockaffinities',
          'clusterinformations',
          'ipamblocks',
          'ipamconfigs',
          'ipamhandles',
          'ippools',
          'ipreservations',
        ],
        verbs: keep,
      },
    ],
  },
  {
    name: 'calico-kube-controllers',
    rules: [
      { apiGroups: [''], resources: ['nodes', 'pods'], verbs: read },
      { apiGroups: [''], resources: ['namespaces'], verbs: read },
      { apiGroups: calico, resources: ['ipreservations'], verbs: ['list'] },
      {
        apiGroups: calico,
        resources: ['blockaffinities', 'ipamblocks', 'ipamconfigs', 'ipamhandles', 'tiers'],
        verbs: [...keep, 'watch'],
      },
      { apiGroups: calico, resources: ['ippools'], verbs: ['list', 'watch'] },
      {
        apiGroups: calico,
        resources: ['clusterinformations'],
        verbs: ['create', 'get', 'list', 'update', 'watch'],
      },
      { apiGroups: calico, resources: ['hostendpoints'], verbs: [...keep, 'watch'] },
      {
        apiGroups: calico,
        resources: ['kubecontrollersconfigurations'],
        verbs: ['create', 'get', 'list', 'update', 'watch'],
      },
    ],
  },
];
