import { Construct } from 'constructs';
import { AdmissionPolicy } from './admission-policy';
import { breakGlassAnnotation, breakGlassVariable } from './break-glass';
import { requesterIn, requesterIs } from './cel';

/** Who may relabel and taint nodes. */
export interface NodeProtectionProps {
  /** @default 'hardened-cluster-nodes' */
  readonly name?: string;
  /** Groups that may change protected labels and taints. @default ['system:masters'] */
  readonly breakGlassGroups?: readonly string[];
  /** Service accounts that may as well, such as a cloud controller's. @default none */
  readonly trustedServiceAccounts?: readonly {
    readonly namespace: string;
    readonly name: string;
  }[];
  /**
   * Service accounts of the pod network: they write annotations and the status of nodes, each pod those
   * of its own node.
   *
   * @default none
   */
  readonly podNetworkServiceAccounts?: readonly {
    readonly namespace: string;
    readonly name: string;
  }[];
}

/** Users of the control plane that set taints and labels of nodes in the course of their work. */
const controllers: readonly string[] = [
  'system:apiserver',
  'system:kube-controller-manager',
  'system:serviceaccount:kube-system:node-controller',
  'system:serviceaccount:kube-system:taint-eviction-controller',
  'system:serviceaccount:kube-system:ttl-controller',
];

const protectedPrefixes: readonly string[] = [
  'node-restriction.kubernetes.io/',
  'node-role.kubernetes.io/',
  'topology.kubernetes.io/',
  'kubernetes.io/hostname',
];

/**
 * Labels that decide where pods may run, and taints, are changed by the kubelet within the bounds
 * of NodeRestriction, by the control plane's controllers and by break-glass. Cordoning a node sets
 * a field, not a taint, and stays open to users who may update nodes.
 */
export class NodeProtection extends Construct {
  constructor(scope: Construct, id: string, props: NodeProtectionProps = {}) {
    super(scope, id);
    const podNetworkUsers = (props.podNetworkServiceAccounts ?? []).map(
      ({ namespace, name }) => `system:serviceaccount:${namespace}:${name}`,
    );
    const users = [
      ...controllers,
      ...(props.trustedServiceAccounts ?? []).map(
        ({ namespace, name }) => `system:serviceaccount:${namespace}:${name}`,
      ),
    ];
    new AdmissionPolicy(this, 'policy', {
      name: props.name ?? 'hardened-cluster-nodes',
      description: 'Labels and taints that decide where pods run are not changed at will',
      match: [
        {
          apiGroups: [''],
          apiVersions: ['v1'],
          operations: ['CREATE', 'UPDATE'],
          // Labels are written by way of the status as well.
          resources: ['nodes', 'nodes/*'],
        },
      ],
      variables: [
        breakGlassVariable(props.breakGlassGroups),
        {
          name: 'trusted',
          expression: `${requesterIn(['system:nodes'])} || ${requesterIs(users)}`,
        },
        { name: 'labels', expression: protectedLabels('object') },
        {
          name: 'oldLabels',
          expression: `request.operation == 'UPDATE' ? ${protectedLabels('oldObject')} : []`,
        },
        { name: 'taints', expression: 'dyn(object).?spec.?taints.orValue([])' },
        {
          name: 'oldTaints',
          expression:
            "request.operation == 'UPDATE' ? dyn(oldObject).?spec.?taints.orValue([]) : []",
        },
        {
          name: 'kept',
          expression:
            'variables.labels == variables.oldLabels && variables.taints == variables.oldTaints',
        },
        {
          // What ties a node to its machine, its owners and its part of the pod network.
          name: 'identityKept',
          expression: `request.operation != 'UPDATE' || (${identity('object')} == ${identity('oldObject')} && ${networkAnnotations('object')} == ${networkAnnotations('oldObject')})`,
        },
        { name: 'podNetwork', expression: requesterIs(podNetworkUsers) },
        {
          // A token of a pod names the node that it is bound to.
          name: 'foreignNode',
          expression:
            "variables.podNetwork && !('authentication.kubernetes.io/node-name' in request.userInfo.?extra.orValue({}) && request.userInfo.extra['authentication.kubernetes.io/node-name'].exists(n, n == object.metadata.name))",
        },
      ],
      validations: [
        {
          expression: 'variables.breakGlass || variables.trusted || variables.kept',
          message: `taints and labels below ${protectedPrefixes.join(', ')} are changed by the node itself, the control plane and break-glass only`,
          reason: 'Forbidden',
        },
        {
          expression:
            'variables.breakGlass || variables.trusted || variables.identityKept || variables.podNetwork',
          message: `owners, finalizers, spec.providerID, spec.podCIDRs and annotations below ${networkPrefixes.join(', ')} of nodes are changed by the node itself, the control plane, the pod network and break-glass only`,
          reason: 'Forbidden',
        },
        {
          expression: 'variables.breakGlass || !variables.foreignNode',
          message: 'a pod of the pod network changes the node that it runs on, and no other',
          reason: 'Forbidden',
        },
      ],
      auditAnnotations: [
        breakGlassAnnotation('!variables.trusted && (!variables.kept || !variables.identityKept)'),
      ],
    });
  }
}

/** Annotations by which the pod network routes to a node. */
const networkPrefixes: readonly string[] = ['projectcalico.org/', 'csi.volume.kubernetes.io/'];

/** CEL: what ties a node to its machine and owners. */
function identity(object: string): string {
  const fields = [
    '?metadata.?ownerReferences.orValue([])',
    '?metadata.?finalizers.orValue([])',
    "?spec.?providerID.orValue('')",
    '?spec.?podCIDRs.orValue([])',
  ];
  return `[${fields.map((field) => `dyn(dyn(${object}).${field})`).join(', ')}]`;
}

/** CEL: the annotations of the pod network as sorted `key=value` texts. */
function networkAnnotations(object: string): string {
  const annotations = `dyn(${object}).?metadata.?annotations.orValue({})`;
  const isNetwork = networkPrefixes.map((prefix) => `k.startsWith('${prefix}')`).join(' || ');
  return `${annotations}.map(k, ${isNetwork}, k + '=' + ${annotations}[k]).sort()`;
}

/** CEL: the protected labels of a node as sorted `key=value` texts. */
function protectedLabels(object: string): string {
  const labels = `dyn(${object}).?metadata.?labels.orValue({})`;
  const isProtected = protectedPrefixes.map((prefix) => `k.startsWith('${prefix}')`).join(' || ');
  return `${labels}.map(k, ${isProtected}, k + '=' + ${labels}[k]).sort()`;
}
