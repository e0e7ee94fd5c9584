import fc from 'fast-check';
import { load as loadCore } from 'js-yaml';
import { parse } from 'yaml';
import { renderDocuments } from '../../constructs/synthesis/yaml-documents';
import { isAmbiguousScalar } from '../../lib/kubernetes/ambiguous-scalar';
import { renderYaml } from '../../lib/kubernetes/yaml';

const writers = { renderYaml, renderDocuments: (content: object) => renderDocuments([content]) };

/** Words that some reader takes for a boolean, a number, a time, nothing or a merge. */
const words = [
  ...['yes', 'No', 'ON', 'off', 'y', 'N', 'true', 'FALSE', 'null', 'Null', '~', '=', '<<', ''],
  ...['1_000', '0b11', '-0b1', '0o7', '0777', '08', '0x1f', '0o7_1', '1__0', '0_', '+1', '-1'],
  ...['1:20', '12:30:45', '-1:20.5', '2026-11-22', '2026-11-22T10:00:00Z', '.inf', '-.INF', '.nan'],
  ...['1e3', '1E+3', '1.', '.5', '0.1_0', '1.36', '1e400', '99999999999999999999', 'a: b', '- a'],
  ...[
    '#x',
    ' x ',
    '!t',
    '&a',
    '*a',
    '%x',
    '@x',
    '`x',
    '? a',
    '{',
    '[',
    'x\ny',
    'x\n',
    '\t',
    '"',
    "'",
  ],
  ...[
    '\u0000',
    '\u007f',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\u00e9',
    '\ud83d\ude00',
    '---',
    '...',
    '-',
  ],
];

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  'YAML 1.1': (text) => parse(text, { version: '1.1' }) as unknown,
  'YAML 1.2': (text) => parse(text) as unknown,
  'YAML 1.2 of another library': (text) => loadCore(text),
};

const text = fc.oneof(
  fc.constantFrom(...words),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.stringMatching(/^[-+.\d_xobe:a-f]{1,8}$/),
);

describe.each(Object.entries(writers))('%s', (_name, render) => {
  it.each(Object.keys(readers))('keeps text text, as key and value, for a reader of %s', (name) => {
    const read = readers[name];
    fc.assert(
      fc.property(text, text, (key, value) => {
        if (key === '__proto__') return;
        const content = { [key]: value, list: [value, { [key]: value }] };
        expect(read?.(render(content))).toEqual(content);
      }),
      { numRuns: 400, seed: 20261122 },
    );
  });

  it.each(words)('quotes %j where it has to', (word) => {
    const written = render({ value: word });
    for (const read of Object.values(readers)) expect(read(written)).toEqual({ value: word });
    if (isAmbiguousScalar(word)) expect(written).toMatch(/^value: ["']/);
  });

  it('keeps numbers, booleans and nothing what they are', () => {
    const content = { a: 0, b: -7, c: true, d: false, e: null, f: 0.5, g: [] };
    for (const read of Object.values(readers)) expect(read(render(content))).toEqual(content);
  });
});
