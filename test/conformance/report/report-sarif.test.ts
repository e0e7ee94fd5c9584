import Ajv from 'ajv';
import { renderSarif } from '../../../lib/conformance/report/render-sarif';
import { hostile, hostileReport, reportOf } from './sample-report';

const text = { type: 'object', required: ['text'], properties: { text: { type: 'string' } } };
const level = { enum: ['none', 'note', 'warning', 'error'] };

/** What SARIF 2.1.0 demands of the parts that the report uses, and nothing beyond them. */
const essentials = {
  type: 'object',
  additionalProperties: false,
  required: ['version', 'runs'],
  properties: {
    $schema: { type: 'string' },
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['tool'],
        properties: {
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          properties: { type: 'object' },
          tool: {
            type: 'object',
            additionalProperties: false,
            required: ['driver'],
            properties: {
              driver: {
                type: 'object',
                additionalProperties: false,
                required: ['name'],
                properties: {
                  name: { type: 'string' },
                  version: { type: 'string' },
                  rules: {
                    type: 'array',
                    uniqueItems: true,
                    items: {
                      type: 'object',
                      additionalProperties: false,
                      required: ['id'],
                      properties: {
                        id: { type: 'string' },
                        shortDescription: text,
                        fullDescription: text,
                        help: text,
                        defaultConfiguration: {
                          type: 'object',
                          additionalProperties: false,
                          properties: { level },
                        },
                        properties: {
                          type: 'object',
                          properties: {
                            tags: { type: 'array', uniqueItems: true, items: { type: 'string' } },
                          },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
          results: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['message'],
              properties: {
                ruleId: { type: 'string' },
                ruleIndex: { type: 'integer', minimum: 0 },
                kind: {
                  enum: ['notApplicable', 'pass', 'fail', 'review', 'open', 'informational'],
                },
                level,
                message: text,
                partialFingerprints: {
                  type: 'object',
                  additionalProperties: { type: 'string' },
                },
                locations: {
                  type: 'array',
                  items: {
                    type: 'object',
                    additionalProperties: false,
                    properties: {
                      physicalLocation: {
                        type: 'object',
                        required: ['artifactLocation'],
                        properties: {
                          artifactLocation: {
                            type: 'object',
                            properties: { uri: { type: 'string', pattern: '^[!-~]*$' } },
                          },
                          region: {
                            type: 'object',
                            properties: { startLine: { type: 'integer', minimum: 1 } },
                          },
                        },
                      },
                      logicalLocations: {
                        type: 'array',
                        items: {
                          type: 'object',
                          additionalProperties: false,
                          properties: {
                            fullyQualifiedName: { type: 'string' },
                            kind: { type: 'string' },
                          },
                        },
                      },
                    },
                  },
                },
                suppressions: {
                  type: 'array',
                  items: {
                    type: 'object',
                    additionalProperties: false,
                    required: ['kind'],
                    properties: {
                      kind: { enum: ['inSource', 'external'] },
                      status: { enum: ['accepted', 'underReview', 'rejected'] },
                      justification: { type: 'string' },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};

interface Log {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly kind: string;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly unknown[];
      readonly suppressions?: readonly unknown[];
    }[];
  }[];
}

const validate = new Ajv().compile(essentials);
const runOf = (sarif: string) => {
  const [run] = (JSON.parse(sarif) as Log).runs;
  if (run === undefined) throw new Error('no run');
  return run;
};

test.each([
  ['a report', renderSarif(reportOf())],
  [
    'a report with a file and a version',
    renderSarif(reportOf(), { artifactUri: 'a b.yaml', toolVersion: '1.0.0' }),
  ],
  ['a hostile report', renderSarif(hostileReport())],
  ['an empty report', renderSarif(reportOf([]))],
])('renders SARIF 2.1.0 for %s', (_, sarif) => {
  validate(JSON.parse(sarif));
  expect(validate.errors).toBeNull();
});

test('fails when a field is not of SARIF', () => {
  const broken = renderSarif(reportOf()).replace('"kind": "pass"', '"kind": "good"');
  expect(validate(JSON.parse(broken))).toBe(false);
});

test('renders a result a clause, with a level only where it fails', () => {
  const { results, tool } = runOf(renderSarif(reportOf()));
  expect(results.map(({ ruleId, kind, level: found }) => [ruleId, kind, found])).toEqual([
    ['scs-0217/etcd/acl-enabled', 'pass', 'none'],
    ['scs-0217/etcd/members', 'fail', 'warning'],
    ['scs-0217/kubelet/anonymous', 'fail', 'error'],
    ['guide/api/profiling', 'fail', 'warning'],
    ['guide/api/insecure-port', 'notApplicable', 'none'],
    ['guide/nodes/dmesg', 'open', 'none'],
    ['guide/nodes/reviews', 'notApplicable', 'none'],
  ]);
  for (const { ruleId, ruleIndex } of results) {
    expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
  }
});

test('renders a waiver as a suppression with its reason and end', () => {
  const { results } = runOf(renderSarif(reportOf()));
  expect(results.map(({ suppressions }) => suppressions).filter((found) => found)).toEqual([
    [
      {
        kind: 'external',
        status: 'accepted',
        justification: 'a performance hunt (until 2026-12-31)',
      },
    ],
  ]);
});

test('renders the file that results are shown at', () => {
  const [result] = runOf(renderSarif(reportOf(), { artifactUri: 'my cluster.yaml' })).results;
  expect(result?.locations).toEqual([
    {
      physicalLocation: {
        artifactLocation: { uri: 'my%20cluster.yaml' },
        region: { startLine: 1 },
      },
      logicalLocations: [{ fullyQualifiedName: 'demo', kind: 'resource' }],
    },
  ]);
});

test('renders hostile evidence unchanged', () => {
  expect(runOf(renderSarif(hostileReport())).results[0]?.message.text).toBe(
    `${hostile}\npass [${hostile}]: ${hostile}`,
  );
});
