import { renderText, subjectOf } from '../../../lib/conformance/report/render-text';
import { hostileReport, reportOf, sampleClauses } from './sample-report';

describe('renderText', () => {
  test('renders every clause with its checks, evidence and remedy', () => {
    expect(renderText(reportOf())).toBe(`Conformance report
Cluster demo, profile standard, Kubernetes 1.36.4, evaluated from a plan, as of 2026-11-22.

NOT CONFORMANT: 1 of 3 binding clauses fails (MUST, MUST NOT, critical). 1 clause of other levels fails.
  warning: access.apiCidrs: open to everybody

Level                    pass     fail   waived      n/a  unknown
MUST                        1        -        -        -        -
MUST NOT                    -        1        -        -        -
SHOULD                      -        1        -        -        -
critical                    -        -        -        1        -
high                        -        -        1        -        -
medium                      -        -        -        -        1
low                         -        -        -        1        -

Failures

  FAIL     scs-0217/etcd/members (SHOULD)
           etcd has five members.
           - fail: etcd/members holds [etcd/members]
               3 members
             remedy: Put etcd/members right.

  FAIL     scs-0217/kubelet/anonymous (MUST NOT)
           The kubelet refuses anonymous requests.
           - fail: kubelet/anonymous holds [kubelet/anonymous]
               worker-general: anonymous.enabled is true
             remedy: Put kubelet/anonymous right.

SCS-0217

  etcd

  PASS     scs-0217/etcd/acl-enabled (MUST)
           etcd access control is on.
           - pass: etcd/acl holds [etcd/acl]
               etcd-0: on
               etcd-1: on
               etcd-2: on
               ... and 1 more (--format json)

Best-practice guide

  API server

  WAIVED   guide/api/profiling (high)
           Profiling is off.
           waived until 2026-12-31: a performance hunt
           - fail: api/profiling holds [api/profiling]
               --profiling=true
             remedy: Put api/profiling right.

  N/A      guide/api/insecure-port (critical)
           The insecure port is off.
           today: nothing listens on 8080
           - n/a: api/insecure-port holds [api/insecure-port]
               gone since 1.24
           - pass: api/port-8080 holds [api/port-8080]

  Nodes

  UNKNOWN  guide/nodes/dmesg (medium)
           The kernel log is for root.
           - unknown: nodes/dmesg holds [nodes/dmesg]
               no machine files among the facts
             remedy: Put nodes/dmesg right.

  N/A      guide/nodes/reviews (low)
           Somebody reviews the nodes.
           no check: a habit of people
`);
  });

  test('renders what it was not told by leaving it out', () => {
    const { today, source, scope, nonConformities, warnings, clauses, counts } =
      reportOf(sampleClauses);
    expect(subjectOf({ today, source, scope, nonConformities, warnings, clauses, counts })).toBe(
      'Evaluated from a plan, as of 2026-11-22.',
    );
  });

  test('renders hostile evidence so that it can neither steer the terminal nor forge a line', () => {
    const text = renderText(hostileReport());
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text.split('\n').filter((line) => line.startsWith('next'))).toEqual([]);
    expect(text).toContain(String.raw`\u{1b}[31mred\u{0}\u{202e}gnp\u{d800}\u{fffe}\u{a}next`);
  });
});
