import { App, Chart } from 'cdk8s';
import { ServiceAccount } from 'cdk8s-plus-27';
import fc from 'fast-check';
import { AdmissionPolicy, type PolicyAction } from '../../constructs/admission/admission-policy';
import { ImagePolicyGrant } from '../../constructs/admission/image-policy-grant';
import { PodPolicyGrant } from '../../constructs/admission/pod-policy-grant';
import { podRuleNames, type PodRuleName } from '../../constructs/admission/pod-rules';
import { NetworkPeer } from '../../constructs/network/network-peer';
import { NetworkPort } from '../../constructs/network/network-port';
import { NetworkRule, type NetworkRuleProps } from '../../constructs/network/network-rule';
import { synthesize } from '../../constructs/synthesis/synthesizer';
import { HardenedNamespace } from '../../constructs/workloads/hardened-namespace';

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly { readonly resourceNames?: readonly string[] }[];
  readonly subjects?: readonly object[];
  readonly spec?: {
    readonly podSelector?: { readonly matchLabels?: object };
    readonly ingress?: readonly { readonly from?: readonly object[]; readonly ports?: object[] }[];
    readonly egress?: readonly { readonly to?: readonly object[]; readonly ports?: object[] }[];
    readonly validationActions?: readonly string[];
  };
}

/** Objects of what is built, or the message of the refusal. */
function outcome(build: (chart: Chart) => void): readonly Rendered[] | string {
  const app = new App();
  const chart = new Chart(app, 'chart');
  try {
    build(chart);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return [...synthesize(app)].flatMap(({ objects }) => objects as readonly Rendered[]);
}

/** Lines of the refusal, none when it is built. */
function refusal(build: (chart: Chart) => void): readonly string[] {
  const message = outcome(build);
  return typeof message === 'string' ? message.split('\n') : [];
}

const account = { kind: 'ServiceAccount', name: 'agent', namespace: 'shop' } as const;
const grant = { name: 'agent', namespace: 'shop', subjects: [account], why: 'a test' } as const;
/** Values that somebody without types hands in. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- chosen by the place of use
const untyped = <T>(value: unknown): T => value as T;

describe('grants', () => {
  test.each<[string, (chart: Chart) => void, string]>([
    [
      'a pod grant names no rule',
      (chart) => new PodPolicyGrant(chart, 'x', { ...grant, rules: [] }),
      'PodPolicyGrant: rules: got [], expected at least one',
    ],
    [
      'a pod grant has null for rules',
      (chart) => new PodPolicyGrant(chart, 'x', { ...grant, rules: untyped(null) }),
      'PodPolicyGrant: rules: got null, expected at least one',
    ],
    [
      'a pod grant names an unknown rule',
      (chart) =>
        new PodPolicyGrant(chart, 'x', { ...grant, rules: [untyped<PodRuleName>('Privileged')] }),
      'PodPolicyGrant: rules[0]: got "Privileged", expected privileged or',
    ],
    [
      'an image grant names no rule',
      (chart) => new ImagePolicyGrant(chart, 'x', { ...grant, rules: [] }),
      'ImagePolicyGrant: rules: got [], expected at least one',
    ],
    [
      'an image grant is for all',
      (chart) => new ImagePolicyGrant(chart, 'x', { ...grant, rules: untyped('all') }),
      'ImagePolicyGrant: rules: got [], expected at least one',
    ],
    [
      'a grant is for nobody',
      (chart) => new PodPolicyGrant(chart, 'x', { ...grant, rules: ['seccomp'], subjects: [] }),
      'PodPolicyGrant: subjects: got [], expected at least one',
    ],
  ])('fails when %s', (_, build, message) => {
    expect(outcome(build)).toContain(message);
  });

  test('reports everything at once', () => {
    const lines = refusal((chart) => {
      new PodPolicyGrant(chart, 'x', { ...grant, namespace: 'A', rules: [], why: '' });
    });
    expect(lines).toHaveLength(3);
  });

  test('takes a service account of cdk8s-plus', () => {
    const objects = outcome((chart) => {
      const agent = new ServiceAccount(chart, 'agent', {
        metadata: { name: 'agent', namespace: 'shop' },
      });
      new PodPolicyGrant(chart, 'x', { ...grant, rules: ['seccomp'], subjects: [agent] });
    }) as readonly Rendered[];
    expect(objects.find(({ kind }) => kind === 'RoleBinding')?.subjects).toEqual([account]);
  });

  test('name what they lift, whatever is asked for', () => {
    const rule = fc.oneof(fc.constantFrom<string>(...podRuleNames, '', '*', 'all'), fc.string());
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), (rules) => {
        const objects = outcome((chart) => {
          new PodPolicyGrant(chart, 'x', { ...grant, rules: untyped<PodRuleName[]>(rules) });
        });
        const wrong = rules.length === 0 || rules.some((each) => !isRule(each));
        if (wrong) return typeof objects === 'string';
        const role = (objects as readonly Rendered[]).find(({ kind }) => kind === 'Role');
        return JSON.stringify(role?.rules?.[0]?.resourceNames) === JSON.stringify(rules);
      }),
    );
  });
});

const isRule = (name: string) => podRuleNames.some((each) => each === name);

describe('network rules', () => {
  const rule: NetworkRuleProps = {
    name: 'allow',
    namespace: 'shop',
    direction: 'ingress',
    peer: NetworkPeer.namespace('web'),
  };
  const made = (props: Partial<NetworkRuleProps>) =>
    outcome((chart) => new NetworkRule(chart, 'rule', { ...rule, ...props }));

  test.each<[string, () => unknown, string]>([
    ['no ports', () => made({ ports: [] }), 'NetworkRule: ports: got []'],
    ['no labels of pods', () => made({ podLabels: {} }), 'NetworkRule: podLabels: got {}'],
    [
      'an unknown direction',
      () => made({ direction: untyped('Ingress') }),
      'NetworkRule: direction: got "Ingress", expected ingress or egress',
    ],
    ['no peers', () => outcome(() => NetworkPeer.anyOf()), 'NetworkPeer: anyOf: got []'],
    [
      'no namespaces to be reached from',
      () => outcome((chart) => NetworkRule.allowFromNamespaces(chart, 'x', 'shop', [])),
      'NetworkPeer: anyOf: got []',
    ],
    [
      'no namespaces to reach',
      () => outcome((chart) => NetworkRule.allowToNamespaces(chart, 'x', 'shop', [])),
      'NetworkPeer: anyOf: got []',
    ],
    [
      'no networks to reach',
      () => outcome((chart) => NetworkRule.allowToCidrs(chart, 'x', 'shop', { cidrs: [] })),
      'NetworkPeer: anyOf: got []',
    ],
    [
      'no networks of the API server',
      () => outcome((chart) => NetworkRule.allowToApiServer(chart, 'x', 'shop', { cidrs: [] })),
      'NetworkPeer: anyOf: got []',
    ],
    [
      'no name of a namespace',
      () => outcome(() => NetworkPeer.namespace('')),
      'NetworkPeer: namespace: got ""',
    ],
    [
      'labels of a peer that are none',
      () => outcome(() => NetworkPeer.namespace('web', {})),
      'NetworkPeer: podLabels: got {}',
    ],
    [
      'labels of neighbours that are none',
      () => outcome(() => NetworkPeer.sameNamespace({})),
      'NetworkPeer: podLabels: got {}',
    ],
  ])('fail when there are %s', (_, attempt, message) => {
    expect(attempt()).toContain(message);
  });

  test('name peers and, where asked for, ports, whatever is asked for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(''), fc.constantFrom('web', 'shop', 'Ä'))),
        fc.option(fc.array(fc.integer({ min: -1, max: 65537 }), { maxLength: 3 }), {
          nil: undefined,
        }),
        fc.constantFrom('ingress', 'egress', 'Egress', ''),
        (from, ports, direction) => {
          const objects = outcome((chart) => {
            new NetworkRule(chart, 'rule', {
              ...rule,
              direction: untyped(direction),
              peer: NetworkPeer.anyOf(...from.map((name) => NetworkPeer.namespace(name))),
              ...(ports && { ports: ports.map((port) => NetworkPort.tcp(port)) }),
            });
          });
          if (typeof objects === 'string') return true;
          const [policy] = objects;
          const flow = [
            ...(policy?.spec?.ingress ?? []).map((each) => ({ ...each, peers: each.from })),
            ...(policy?.spec?.egress ?? []).map((each) => ({ ...each, peers: each.to })),
          ];
          return (
            flow.length === 1 &&
            flow[0]?.peers?.length === from.length &&
            from.length > 0 &&
            (ports === undefined ? flow[0].ports === undefined : flow[0].ports?.length !== 0)
          );
        },
      ),
    );
  });
});

describe('policies', () => {
  const policy = {
    name: 'policy',
    description: 'a test',
    match: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    validations: [{ expression: 'true', message: 'never', reason: 'Forbidden' }],
  } as const;
  const actionsOf = (action?: PolicyAction) => {
    const objects = outcome((chart) => {
      new AdmissionPolicy(chart, 'x', { ...policy, ...(action && { action }) });
    });
    return typeof objects === 'string' ? objects : objects[1]?.spec?.validationActions;
  };

  test('deny, warn or only audit', () => {
    expect(actionsOf()).toEqual(['Deny', 'Audit']);
    expect(actionsOf('warn')).toEqual(['Warn', 'Audit']);
    expect(actionsOf('audit')).toEqual(['Audit']);
  });

  test('fail when the action is unknown, or they match or demand nothing', () => {
    expect(actionsOf(untyped('Audit'))).toContain('action: got "Audit"');
    const nothing = refusal((chart) => {
      new AdmissionPolicy(chart, 'x', { ...policy, match: [], validations: [] });
    });
    expect(nothing).toHaveLength(2);
  });
});

test.each<[string, Partial<ConstructorParameters<typeof HardenedNamespace>[2]>]>([
  ['name: got ""', { name: '' }],
  ['name: got "Shop"', { name: 'Shop' }],
  ['podSecurity.enforce: got "Privileged"', { podSecurity: { enforce: untyped('Privileged') } }],
  ['podSecurity.enforce: got ""', { podSecurity: { enforce: untyped('') } }],
  ['podSecurity.version: got ""', { podSecurity: { enforce: 'baseline', version: '' } }],
  ['quota.pods: got -1', { quota: { pods: -1 } }],
  ['quota.serviceAccounts: got -1', { quota: { pods: 1, serviceAccounts: -1 } }],
  ['quota.loadBalancers: got 0.5', { quota: { pods: 1, loadBalancers: 0.5 } }],
  ['ingressFromNamespaces[0]: got ""', { ingressFromNamespaces: [''] }],
  ['egressToNamespaces[1]: got "*"', { egressToNamespaces: ['a', '*'] }],
  ['operators.group: got ""', { operators: { clusterRole: 'view', group: '' } }],
  [
    'labels.pod-security.kubernetes.io/enforce: got "privileged"',
    { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
  ],
])('HardenedNamespace fails with %s', (message, props) => {
  const refused = outcome((chart) => {
    new HardenedNamespace(chart, 'x', {
      name: 'shop',
      podSecurity: { enforce: 'baseline' },
      ...props,
    });
  });
  expect(refused).toContain(`HardenedNamespace: ${message}`);
});
