import { renderSummary } from '../../../lib/conformance/report/render-summary';
import { planPortMatrix } from '../../../lib/network/plan-port-matrix';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';
import { hostileReport, reportOf } from './sample-report';

const blueprint = makeBlueprint();
const input = {
  report: reportOf(),
  blueprint,
  portMatrix: planPortMatrix(blueprint),
  blockers: [],
  built: { resources: 137, manifests: 45 },
  folder: 'plan',
  colour: false,
};

test('renders what is built, what can be reached, how clauses ended and where to look', () => {
  expect(renderSummary(input))
    .toBe(`prod: profile standard, Kubernetes ${blueprint.kubernetes.version}, eu-central-1 (a, b, c)

Built     137 resources, 45 Kubernetes objects
          5 etcd members, 3 control-plane machines, workers: general 3-6,
          bastion by ssh
Outside   6443/tcp        public-load-balancer  from 203.0.113.0/24
          22/tcp          bastion               from 198.51.100.0/24

Level                    pass     fail   waived      n/a  unknown
MUST, MUST NOT              1        1        -        -        -
SHOULD, RECOMMENDED         -        1        -        -        -
critical                    -        -        -        1        -
high                        -        -        1        -        -
medium, low                 -        -        -        1        1

NOT CONFORMANT: 1 of 3 binding clauses fails (MUST, MUST NOT, critical). 1
clause of other levels fails.
  ✗ scs-0217/kubelet/anonymous
  - scs-0217/etcd/members: Put etcd/members right.
READY: it can be brought up as it is planned.
  ! access.apiCidrs: open to everybody

Next      plan/report.html    every clause with its evidence
          plan/topology.svg   the picture: subnets, machines, flows
`);
});

test('renders the default cluster in at most 25 lines', () => {
  expect(renderSummary(input).trimEnd().split('\n').length).toBeLessThanOrEqual(25);
});

test('renders that nothing can be reached when nothing is allowed inbound', () => {
  const closed = makeBlueprint({
    access: { apiCidrs: [] },
    bastion: { access: 'session-manager' },
  });
  const text = renderSummary({ ...input, blueprint: closed, portMatrix: planPortMatrix(closed) });
  expect(text).toContain('Outside   nothing can be reached from outside\n');
});

test('renders why a development cluster is not conformant', () => {
  const text = renderSummary({
    ...input,
    report: reportOf([], { nonConformities: ['one etcd member: its loss is an outage'] }),
  });
  expect(text).toContain(
    'NOT CONFORMANT: the configuration chose so: one etcd member: its loss is an\noutage.\n',
  );
});

test('renders colour only when asked', () => {
  const coloured = renderSummary({ ...input, colour: true });
  expect(coloured).toContain('\u001b[31mNOT CONFORMANT');
  expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(renderSummary(input));
});

test('keeps to 80 columns and a screen, whatever the configuration holds', () => {
  const many = Array.from({ length: 25 }, (_, index) => `10.${index}.0.0/24`);
  const large = makeBlueprint({
    name: 'a-cluster-with-a-very-long-name',
    workers: many.map((_, index) => ({ name: `pool-with-a-long-name-${index}` })),
    access: { apiCidrs: many, sshCidrs: many, nodePortCidrs: many },
    network: { vpcCidr: '172.16.0.0/16' },
  });
  const text = renderSummary({
    ...input,
    blueprint: large,
    portMatrix: planPortMatrix(large),
    report: { ...hostileReport(), warnings: many.map((cidr) => `warning about ${cidr}`) },
  });
  const lines = text.trimEnd().split('\n');
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.length).toBeLessThanOrEqual(34);
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
});
