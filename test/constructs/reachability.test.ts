import { objectsOf, type Manifest } from './golden-clusters';
import { makeEvaluator, type Endpoint, type Port } from './reachability';

/** Pods of the standard cluster, one of each sort, and addresses around it. */
const endpoints = [
  { name: 'shop', namespace: 'shop', address: '10.244.1.1' },
  { name: 'shop, another', namespace: 'shop', address: '10.244.1.2' },
  { name: 'web', namespace: 'web', address: '10.244.2.1' },
  { name: 'later', namespace: 'later', address: '10.244.3.1' },
  { name: 'opened', namespace: 'opened', address: '10.244.4.1' },
  { name: 'default', namespace: 'default', address: '10.244.5.1' },
  { name: 'scan', namespace: 'hardened-kube-bench', address: '10.244.6.1' },
  {
    name: 'dns',
    namespace: 'kube-system',
    address: '10.244.7.1',
    labels: { 'k8s-app': 'kube-dns' },
  },
  {
    name: 'calico',
    namespace: 'kube-system',
    address: '10.244.7.2',
    labels: { 'k8s-app': 'calico-kube-controllers' },
  },
  { name: 'other', namespace: 'kube-system', address: '10.244.7.3' },
  {
    name: 'dashboard',
    namespace: 'opened',
    address: '10.244.4.2',
    labels: { 'k8s-app': 'kubernetes-dashboard' },
  },
  { name: 'node', address: '10.0.0.77' },
  // Source of what a node sends to pods of other nodes over VXLAN.
  { name: 'tunnel', address: '10.244.9.0' },
  { name: 'resolver', address: '10.0.0.2' },
  { name: 'etcd', address: '10.0.24.4' },
  { name: 'bastion', address: '10.0.16.9' },
  { name: 'metadata', address: '169.254.169.254' },
  { name: 'internet', address: '198.51.100.7' },
] as const satisfies readonly Endpoint[];

type Name = (typeof endpoints)[number]['name'];

const ports: readonly Port[] = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
  { protocol: 'TCP', port: 80 },
  { protocol: 'TCP', port: 443 },
  { protocol: 'TCP', port: 2379 },
  { protocol: 'TCP', port: 6443 },
  { protocol: 'TCP', port: 10250 },
];

const dns = 'UDP/53 TCP/53';
const https = 'TCP/443';
const api = 'TCP/6443';
const all = 'UDP/53 TCP/53 TCP/80 TCP/443 TCP/2379 TCP/6443 TCP/10250';
/** All but what the control plane keeps to itself; `node` stands for its machines as well. */
const allButInternal = 'UDP/53 TCP/53 TCP/80 TCP/443 TCP/6443';

/**
 * What gets through, by hand: from whom to whom on which ports. What is not here does not. The
 * namespace `opened` was made by somebody who then allowed everything in both directions.
 */
const table: Partial<Record<Name, Partial<Record<Name, string>>>> = {
  shop: {
    opened: https,
    dns,
    node: https,
    tunnel: https,
    resolver: https,
    bastion: https,
    internet: https,
  },
  'shop, another': {
    opened: https,
    dns,
    node: https,
    tunnel: https,
    resolver: https,
    bastion: https,
    internet: https,
  },
  web: { shop: all, 'shop, another': all, dns, node: api, resolver: api },
  later: { dns },
  opened: {
    opened: all,
    dns,
    node: allButInternal,
    resolver: allButInternal,
    bastion: all,
    tunnel: all,
    internet: all,
  },
  dashboard: {
    opened: all,
    dns,
    node: allButInternal,
    resolver: allButInternal,
    bastion: all,
    tunnel: all,
    internet: all,
  },
  dns: { node: api, resolver: `${dns} ${api}` },
  calico: { node: api, resolver: api },
  node: { opened: all, dns },
  tunnel: { opened: all, dns },
  resolver: { opened: all, dns },
  etcd: { opened: all },
  bastion: { opened: all },
  metadata: { opened: all },
  internet: { opened: all },
};

const openPolicy: Manifest = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'allow-all', namespace: 'opened' },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{}], egress: [{}] },
};

const isPod = ({ namespace }: Endpoint) => namespace !== undefined;

/** Every pair that has a pod at one end at least, with the ports that get through. */
function reachability(manifests: readonly Manifest[]): Record<string, string> {
  const reaches = makeEvaluator(manifests);
  return Object.fromEntries(
    endpoints.flatMap((from: Endpoint) =>
      endpoints
        .filter((to: Endpoint) => isPod(from) || isPod(to))
        .map((to: Endpoint) => [
          `${from.name} -> ${to.name}`,
          ports
            .filter((port) => reaches(from, to, port))
            .map(({ protocol, port }) => `${protocol}/${port}`)
            .join(' '),
        ]),
    ),
  );
}

const expected = Object.fromEntries(
  endpoints.flatMap((from: Endpoint & { name: Name }) =>
    endpoints
      .filter((to: Endpoint) => isPod(from) || isPod(to))
      .map((to: Endpoint & { name: Name }) => [
        `${from.name} -> ${to.name}`,
        table[from.name]?.[to.name] ?? '',
      ]),
  ),
);

const manifests = [...objectsOf('standard'), openPolicy];

test('every pair of pods reaches each other on the ports of the table, and on no others', () => {
  expect(reachability(manifests)).toEqual(expected);
});

test.each([
  'default.hardened-cluster-closed-to-pods',
  'default.hardened-cluster-no-dashboard',
  'default.hardened-cluster-default-deny',
  'allow-from-namespaces',
  'allow-to-namespaces',
  'allow-to-cidrs',
  'allow-to-api-server',
  'allow-dns-queries',
  'allow-dns-upstream',
  'allow-to-api-server-kube-dns',
  'allow-to-api-server-calico-kube-controllers',
])('fails when %s is missing', (name) => {
  const without = manifests.filter(({ metadata }) => metadata.name !== name);
  expect(without).toHaveLength(manifests.length - 1);
  expect(reachability(without)).not.toEqual(expected);
});

test('fails when the default deny of kube-system is missing', () => {
  const without = manifests.filter(
    ({ metadata }) => metadata.name !== 'default-deny' || metadata.namespace !== 'kube-system',
  );
  expect(reachability(without)).not.toEqual(expected);
});
