import { App, Chart } from 'cdk8s';
import { HardenedNamespace } from '../../constructs/workloads/hardened-namespace';
import { imagePattern } from '../../constructs/admission/image-pattern';
import { ImagePolicy } from '../../constructs/admission/image-policy';
import { KubeBench } from '../../constructs/workloads/kube-bench';
import { NetworkPeer } from '../../constructs/network/network-peer';
import { NetworkPort } from '../../constructs/network/network-port';
import { NetworkRule } from '../../constructs/network/network-rule';
import { PodPolicy } from '../../constructs/admission/pod-policy';
import { RbacBaseline } from '../../constructs/access/rbac-baseline';
import { synthesize } from '../../constructs/synthesis/synthesizer';
import type { Manifest } from './golden-clusters';

/** Objects of what is built in a chart of somebody else. */
function built(build: (chart: Chart) => void): readonly Manifest[] {
  const app = new App();
  build(new Chart(app, 'chart'));
  return [...synthesize(app)].flatMap(({ objects }) => objects as readonly Manifest[]);
}

describe('NetworkPeer', () => {
  test('renders a network without the metadata address and what is excepted inside it', () => {
    expect(NetworkPeer.cidr('0.0.0.0/0', ['10.0.0.0/8']).data).toEqual([
      { ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '169.254.169.254/32'] } },
    ]);
    expect(NetworkPeer.cidr('192.0.2.0/24', ['10.0.0.0/8']).data).toEqual([
      { ipBlock: { cidr: '192.0.2.0/24' } },
    ]);
  });

  test.each([
    ['10.0.0.0/33', [], 'network peer: got "10.0.0.0/33", expected a CIDR such as "10.0.0.0/16"'],
    ['10.0.0.0/16', ['here'], 'network peer: got "here", expected a CIDR such as "10.0.0.0/16"'],
    [
      '10.1.0.0/16',
      ['10.0.0.0/8'],
      'network peer: got "10.1.0.0/16", expected a network outside 10.0.0.0/8',
    ],
    [
      '169.254.169.254/32',
      [],
      'network peer: got "169.254.169.254/32", expected a network outside 169.254.169.254/32',
    ],
  ])('fails when %s is asked for without %j', (cidr, except, message) => {
    expect(() => NetworkPeer.cidr(cidr, except)).toThrow(message);
  });

  test('renders pods by namespace and labels', () => {
    expect(NetworkPeer.namespace('a', { app: 'b' }).data).toEqual([
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'a' } },
        podSelector: { matchLabels: { app: 'b' } },
      },
    ]);
    expect(NetworkPeer.sameNamespace().data).toEqual([{ podSelector: {} }]);
    expect(NetworkPeer.everyPod().data).toEqual([{ namespaceSelector: {} }]);
  });
});

describe('NetworkPort', () => {
  test('renders all ports as no port, never as port 0', () => {
    expect(NetworkPort.allTcp().data).toEqual({ protocol: 'TCP' });
    expect(NetworkPort.allUdp().data).toEqual({ protocol: 'UDP' });
    expect(NetworkPort.tcp(8000, 8010).data).toEqual({
      protocol: 'TCP',
      port: 8000,
      endPort: 8010,
    });
  });

  test.each([
    [() => NetworkPort.tcp(0), 'network port: got 0, expected a number from 1 to 65535'],
    [() => NetworkPort.udp(65536), 'network port: got 65536, expected a number from 1 to 65535'],
    [() => NetworkPort.tcp(1.5), 'network port: got 1.5, expected a number from 1 to 65535'],
    [() => NetworkPort.tcp(20, 10), 'network port: got 20-10, expected the smaller one first'],
  ])('fails when a port is none (%#)', (make, message) => {
    expect(make).toThrow(message);
  });
});

test('NetworkRule renders one flow', () => {
  const objects = built((chart) => {
    new NetworkRule(chart, 'rule', {
      name: 'allow-metrics',
      namespace: 'shop',
      podLabels: { app: 'web' },
      direction: 'ingress',
      peer: NetworkPeer.namespace('monitoring'),
      ports: [NetworkPort.tcp(9090)],
    });
  });
  expect(objects).toEqual([
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'allow-metrics', namespace: 'shop' },
      spec: {
        podSelector: { matchLabels: { app: 'web' } },
        policyTypes: ['Ingress'],
        ingress: [
          {
            from: [
              {
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } },
              },
            ],
            ports: [{ protocol: 'TCP', port: 9090 }],
          },
        ],
      },
    },
  ]);
});

test('HardenedNamespace renders nine objects with everything, four with the least', () => {
  const kindsOf = (props: Partial<ConstructorParameters<typeof HardenedNamespace>[2]>) =>
    built((chart) => {
      new HardenedNamespace(chart, 'namespace', {
        name: 'a',
        podSecurity: { enforce: 'restricted' },
        ...props,
      });
    }).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  const least = [
    'Namespace a',
    'ServiceAccount default',
    'NetworkPolicy default-deny',
    'NetworkPolicy allow-dns',
  ];
  expect(kindsOf({})).toEqual(least);
  expect(kindsOf({ dns: false })).toEqual(least.slice(0, 3));
  expect(
    kindsOf({
      quota: { cpu: '1', memory: '1Gi', pods: 1 },
      containerLimits: { cpu: '1', memory: '1Gi' },
      ingressFromNamespaces: ['b'],
      egressToCidrs: { cidrs: ['192.0.2.0/24'] },
      operators: { clusterRole: 'edit', group: 'a-team' },
    }),
  ).toHaveLength(9);
});

test('HardenedNamespace bounds what it is asked to bound, and load balancers always', () => {
  const boundsOf = (quota: ConstructorParameters<typeof HardenedNamespace>[2]['quota']) =>
    built((chart) => {
      new HardenedNamespace(chart, 'namespace', {
        name: 'a',
        podSecurity: { enforce: 'restricted' },
        ...(quota && { quota }),
      });
    }).find(({ kind }) => kind === 'ResourceQuota')?.spec;
  expect(boundsOf({ pods: 3 })).toEqual({ hard: { pods: '3', 'services.loadbalancers': '0' } });
  expect(
    boundsOf({ cpu: '2', memory: '4Gi', pods: 3, loadBalancers: 1, serviceAccounts: 5 }),
  ).toEqual({
    hard: {
      'requests.cpu': '2',
      'limits.cpu': '2',
      'requests.memory': '4Gi',
      'limits.memory': '4Gi',
      pods: '3',
      'services.loadbalancers': '1',
      'count/serviceaccounts': '5',
    },
  });
});

test('ImagePolicy refuses everything where no registry is allowed', () => {
  const [policy] = built((chart) => {
    new ImagePolicy(chart, 'images', { allowedRegistries: [], alwaysPull: false });
  });
  expect(policy?.spec).toMatchObject({
    validations: [
      {
        expression:
          'variables.unchanged || variables.sameImages || (variables.images.all(i, false))',
        message: expect.stringContaining('no registry is allowed') as string,
      },
    ],
  });
});

test('imagePattern takes a registry letter by letter', () => {
  expect(imagePattern('registry.example.com:5000')).toMatch(
    /^\^registry\\\.example\\\.com:5000\(\?:/,
  );
});

test('PodPolicy alone in a chart names its rules and their grants', () => {
  const [policy, binding] = built((chart) => {
    new PodPolicy(chart, 'pods', {
      name: 'mine',
      volumes: ['emptyDir'],
      seccomp: 'not-unconfined',
    });
  });
  expect(binding?.spec).toEqual({ policyName: 'mine', validationActions: ['Deny', 'Audit'] });
  const { validations } = policy?.spec as {
    validations: { expression: string; message: string }[];
  };
  expect(validations).toHaveLength(13);
  expect(validations.map(({ message }) => message)).toContain(
    'volumes may only be of the kinds emptyDir (rule volumes of the pod policy)',
  );
});

test('RbacBaseline binds only the groups it is given', () => {
  const bindings = (props: ConstructorParameters<typeof RbacBaseline>[2]) =>
    built((chart) => {
      new RbacBaseline(chart, 'roles', props);
    })
      .filter(({ kind }) => kind === 'ClusterRoleBinding')
      .map(({ metadata }) => metadata.name);
  expect(bindings({})).toEqual([]);
  expect(bindings({ prefix: 'mine', viewerGroup: 'people' })).toEqual(['mine:viewer']);
});

test('KubeBench renders a CronJob for each kind of machine, and Jobs when asked to', () => {
  const kinds = built((chart) => {
    new KubeBench(chart, 'scan', {
      namespace: 'scan',
      image: 'registry.example.com/kube-bench:v0.12.0',
      once: true,
      machines: [
        { name: 'worker', targets: ['node'], nodeLabels: { pool: 'a' }, tolerates: ['a'] },
      ],
    });
  }).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(kinds).toEqual([
    'ServiceAccount kube-bench',
    'Role kube-bench-pods',
    'RoleBinding kube-bench-pods',
    'CronJob kube-bench-worker',
    'Job kube-bench-worker-once',
  ]);
});
