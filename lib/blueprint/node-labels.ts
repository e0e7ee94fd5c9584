/** Labels that the kubelet or the cluster sets on each node itself. */
const setByItself: readonly string[] = [
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/instance-type',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
];

/** Prefixes within kubernetes.io that a kubelet may set on its own node. */
const settable = ['kubelet.kubernetes.io', 'node.kubernetes.io'] as const;

/**
 * What is wrong with a label that a kubelet shall give its own node, for people; undefined when nothing is.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
 */
export function nodeLabelProblem(key: string): string | undefined {
  if (setByItself.includes(key)) return 'no such label: the node gets it by itself';
  const slash = key.indexOf('/');
  if (slash < 0) return undefined;
  const prefix = key.slice(0, slash);
  const within = (domain: string) => prefix === domain || prefix.endsWith(`.${domain}`);
  if (!within('kubernetes.io') && !within('k8s.io')) return undefined;
  if (settable.some(within)) return undefined;
  return `a label that a kubelet may set: without prefix, with one of your own such as "example.com/${key.slice(slash + 1)}", or with ${settable.map((each) => `"${each}/"`).join(' or ')}`;
}

/** Taints by which the cluster itself keeps pods away. */
const ownTaints = /^(node\.kubernetes\.io|node\.cloudprovider\.kubernetes\.io)\//;

/** What is wrong with the key of a taint of workers, for people; undefined when nothing is. */
export function taintKeyProblem(key: string): string | undefined {
  return ownTaints.test(key) || key === 'node-role.kubernetes.io/control-plane'
    ? 'a key that the cluster does not use itself, such as "dedicated"'
    : undefined;
}
