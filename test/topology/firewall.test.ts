import {
  renderFirewallMarkdown,
  renderFirewallRows,
  renderFirewallText,
} from '../../lib/topology/firewall-table';
import type { PortMatrix } from '../../lib/network/port-matrix';
import { planPortMatrix } from '../../lib/network/plan-port-matrix';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';

const portMatrix: PortMatrix = [
  {
    id: 'node-ports',
    from: { kind: 'cidrs', name: 'node-port-clients', cidrs: ['203.0.113.0/24', '10.1.0.0/16'] },
    to: { kind: 'tier', tier: 'worker' },
    ports: { from: 30000, to: 32767 },
    protocol: 'tcp',
    why: 'NodePort | Services',
    clauses: ['scs-0217/endpoints/external-ports'],
  },
  {
    id: 's3',
    from: { kind: 'tier', tier: 'etcd' },
    to: { kind: 'prefix-list', service: 's3' },
    ports: { from: 443, to: 443 },
    protocol: 'tcp',
    why: 'Bucket\u001b[31m',
    clauses: [],
  },
];

test('renders a row a flow, with addresses where a peer is no tier', () => {
  expect(renderFirewallRows(portMatrix)).toEqual([
    {
      id: 'node-ports',
      from: 'node-port-clients',
      fromCidrs: ['203.0.113.0/24', '10.1.0.0/16'],
      to: 'worker',
      protocol: 'tcp',
      fromPort: 30000,
      toPort: 32767,
      why: 'NodePort | Services',
      clauses: ['scs-0217/endpoints/external-ports'],
    },
    {
      id: 's3',
      from: 'etcd',
      to: 's3',
      protocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      why: 'Bucket\u001b[31m',
      clauses: [],
    },
  ]);
});

test('renders aligned columns without control characters', () => {
  expect(renderFirewallText(portMatrix)).toBe(
    [
      'Rule        From                                             To      Ports            Why',
      'node-ports  node-port-clients (203.0.113.0/24, 10.1.0.0/16)  worker  tcp 30000-32767  NodePort | Services',
      String.raw`s3          etcd                                             s3      tcp 443          Bucket\u{1b}[31m`,
      '',
    ].join('\n'),
  );
});

test('renders a Markdown table whose cells hold their bars', () => {
  expect(renderFirewallMarkdown(portMatrix)).toBe(
    [
      '| Rule | From | To | Ports | Why |',
      '| --- | --- | --- | --- | --- |',
      String.raw`| node-ports | node-port-clients (203.0.113.0/24, 10.1.0.0/16) | worker | tcp 30000-32767 | NodePort \| Services |`,
      String.raw`| s3 | etcd | s3 | tcp 443 | Bucket\\u{1b}\[31m |`,
      '',
    ].join('\n'),
  );
});

test('renders every row of the default cluster', () => {
  const rows = planPortMatrix(makeBlueprint());
  expect(renderFirewallRows(rows).map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
});
