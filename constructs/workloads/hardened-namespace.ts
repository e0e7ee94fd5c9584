import { Construct } from 'constructs';
import type { Problem } from '../../lib/blueprint/problem';
import { smallerQuantity } from '../../lib/blueprint/quantity';
import { DefaultDeny } from '../network/default-deny';
import { addClusterObject, addNamespacedObject } from '../synthesis/kubernetes-object';
import { NetworkRule } from '../network/network-rule';
import { problemsOfLabel, problemsOfUnknown, validateProps } from '../synthesis/validate-props';

const levels = ['privileged', 'baseline', 'restricted'] as const;

/** Level of the Pod Security Standards. */
export type PodSecurityLevel = (typeof levels)[number];

/** A namespace with everything a namespace should have. */
export interface HardenedNamespaceProps {
  /** Name of the namespace. */
  readonly name: string;
  /** Levels of the Pod Security Standards. */
  readonly podSecurity: {
    readonly enforce: PodSecurityLevel;
    /** @default 'restricted' */
    readonly audit?: PodSecurityLevel;
    /** @default 'restricted' */
    readonly warn?: PodSecurityLevel;
    /** Version of the standards, such as `v1.36`. @default 'latest' */
    readonly version?: string;
  };
  /** Bounds of what all pods together may ask for. @default no quota, as for namespaces of the system */
  readonly quota?: {
    readonly cpu?: string;
    readonly memory?: string;
    readonly pods: number;
    /** Services of type LoadBalancer, which open the namespace to the outside. @default 0 */
    readonly loadBalancers?: number;
    /** Service accounts, `default` among them. @default as many as anyone makes */
    readonly serviceAccounts?: number;
  };
  /** Limits of containers that set none. @default no LimitRange */
  readonly containerLimits?: { readonly cpu: string; readonly memory: string };
  /** Namespaces whose pods may connect. @default none */
  readonly ingressFromNamespaces?: readonly string[];
  /** Namespaces whose pods may be reached. @default none */
  readonly egressToNamespaces?: readonly string[];
  /** Networks that may be reached over HTTPS, and what of them may not. @default none */
  readonly egressToCidrs?: {
    readonly cidrs: readonly string[];
    readonly except?: readonly string[];
  };
  /** Networks of the API server, where pods may reach it. @default not reached */
  readonly apiServerCidrs?: readonly string[];
  /** Whether pods may ask the cluster's DNS. @default true */
  readonly dns?: boolean;
  /** A role for a group of people in this namespace. @default none */
  readonly operators?: { readonly clusterRole: string; readonly group: string };
  /** Further labels of the namespace. @default none */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * A namespace with Pod Security labels, a service account `default` without token, nothing allowed
 * over the network but what is named, a quota and limits.
 */
export class HardenedNamespace extends Construct {
  readonly name: string;

  /** @throws PropsError with every problem. */
  constructor(scope: Construct, id: string, props: HardenedNamespaceProps) {
    super(scope, id);
    validateProps('HardenedNamespace', problemsOf(props));
    this.name = props.name;
    this.addNamespace(props);
    addNamespacedObject(this, 'service-account', 'ServiceAccount', {
      metadata: { name: 'default', namespace: this.name },
      automountServiceAccountToken: false,
    });
    this.addBounds(props);
    this.addNetwork(props);
    if (props.operators) this.bindOperators(props.operators);
  }

  private addNamespace({ name, podSecurity, labels }: HardenedNamespaceProps): void {
    const { enforce, audit = 'restricted', warn = 'restricted', version = 'latest' } = podSecurity;
    const level = (mode: string, value: string) => ({
      [`pod-security.kubernetes.io/${mode}`]: value,
      [`pod-security.kubernetes.io/${mode}-version`]: version,
    });
    addClusterObject(this, 'namespace', 'Namespace', {
      metadata: {
        name,
        labels: {
          ...labels,
          ...level('enforce', enforce),
          ...level('audit', audit),
          ...level('warn', warn),
        },
      },
    });
  }

  private addBounds({ name, quota, containerLimits }: HardenedNamespaceProps): void {
    if (quota) {
      const { cpu, memory, pods, loadBalancers = 0, serviceAccounts } = quota;
      addNamespacedObject(this, 'quota', 'ResourceQuota', {
        metadata: { name: 'quota', namespace: name },
        spec: {
          hard: {
            ...(cpu !== undefined && { 'requests.cpu': cpu, 'limits.cpu': cpu }),
            ...(memory !== undefined && { 'requests.memory': memory, 'limits.memory': memory }),
            pods: String(pods),
            'services.loadbalancers': String(loadBalancers),
            ...(serviceAccounts !== undefined && {
              'count/serviceaccounts': String(serviceAccounts),
            }),
          },
        },
      });
    }
    if (containerLimits) {
      addNamespacedObject(this, 'limits', 'LimitRange', {
        metadata: { name: 'limits', namespace: name },
        spec: {
          limits: [
            {
              type: 'Container',
              default: containerLimits,
              // A request above its limit would make the API server refuse the object.
              defaultRequest: {
                cpu: smallerQuantity('50m', containerLimits.cpu),
                memory: smallerQuantity('64Mi', containerLimits.memory),
              },
            },
          ],
        },
      });
    }
  }

  private addNetwork(props: HardenedNamespaceProps): void {
    const { name } = props;
    new DefaultDeny(this, 'default-deny', { namespace: name });
    if (props.dns !== false) NetworkRule.allowDns(this, 'allow-dns', name);
    if (props.ingressFromNamespaces?.length) {
      NetworkRule.allowFromNamespaces(this, 'ingress', name, props.ingressFromNamespaces);
    }
    if (props.egressToNamespaces?.length) {
      NetworkRule.allowToNamespaces(this, 'egress', name, props.egressToNamespaces);
    }
    if (props.egressToCidrs?.cidrs.length) {
      NetworkRule.allowToCidrs(this, 'egress-cidrs', name, props.egressToCidrs);
    }
    if (props.apiServerCidrs?.length) {
      NetworkRule.allowToApiServer(this, 'api-server', name, { cidrs: props.apiServerCidrs });
    }
  }

  private bindOperators(operators: { readonly clusterRole: string; readonly group: string }): void {
    addNamespacedObject(this, 'operators', 'RoleBinding', {
      metadata: { name: 'operators', namespace: this.name },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: operators.clusterRole,
      },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: operators.group }],
    });
  }
}

function problemsOf(props: HardenedNamespaceProps): readonly Problem[] {
  const { name, podSecurity, quota, operators, labels = {} } = props;
  const { enforce, audit = 'restricted', warn = 'restricted', version = 'latest' } = podSecurity;
  const names = (path: string, list: readonly string[] = []) =>
    list.flatMap((each, index) => problemsOfLabel(`${path}[${index}]`, each));
  return [
    ...problemsOfLabel('name', name),
    ...Object.entries({ enforce, audit, warn }).flatMap(([mode, level]) =>
      problemsOfUnknown(`podSecurity.${mode}`, level, levels),
    ),
    ...(/^(latest|v1\.[0-9]+)$/.test(version)
      ? []
      : [{ path: 'podSecurity.version', got: version, expected: 'latest or such as v1.36' }]),
    ...(['pods', 'loadBalancers', 'serviceAccounts'] as const).flatMap((what) => {
      const count = quota?.[what] ?? 0;
      return Number.isInteger(count) && count >= 0
        ? []
        : [{ path: `quota.${what}`, got: count, expected: 'a whole number from 0 on' }];
    }),
    ...Object.keys(labels)
      .filter((key) => key.startsWith('pod-security.kubernetes.io/'))
      .map((key) => ({ path: `labels.${key}`, got: labels[key], expected: 'podSecurity' })),
    ...names('ingressFromNamespaces', props.ingressFromNamespaces),
    ...names('egressToNamespaces', props.egressToNamespaces),
    ...Object.entries({ ...operators }).flatMap(([key, value]) =>
      value === '' ? [{ path: `operators.${key}`, got: value, expected: 'a name' }] : [],
    ),
  ];
}
