import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { parse } from 'yaml';
import { makeJsonSchema, renderJsonSchema } from '../../lib/blueprint/reference/json-schema';
import { listSettings } from '../../lib/blueprint/reference/list-settings';
import { renderConfigurationPage } from '../../lib/blueprint/reference/render-configuration-page';
import { minimalInput } from '../support/cluster/blueprint-inputs';

const root = path.join(__dirname, '..', '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const validate = new Ajv2020({ strict: true }).compile(makeJsonSchema());

test('fails when docs/blueprint.schema.json is stale: npm run build && npm run docs', () => {
  expect(read('docs/blueprint.schema.json')).toBe(renderJsonSchema());
});

test('fails when docs/configuration.md is stale: npm run build && npm run docs', () => {
  expect(read('docs/configuration.md')).toBe(renderConfigurationPage());
});

test('fails when a setting has no description', () => {
  const bare = listSettings(makeJsonSchema()).filter(({ description }) => description === '');
  expect(bare.map(({ path: setting }) => setting)).toEqual([]);
});

test.each([
  ['the least configuration', minimalInput],
  ['the example', parse(read('examples/standard/cluster.yaml')) as unknown],
  [
    'KMS encryption',
    {
      ...minimalInput,
      kubernetes: {
        encryption: {
          provider: 'kms',
          keyArn: 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
        },
      },
    },
  ],
])('the schema for editors accepts %s', (_, input) => {
  validate(input);
  expect(validate.errors).toBeNull();
});

test.each([
  ['an unknown key', { ...minimalInput, nmae: 'prod' }],
  ['a missing region', { ...minimalInput, region: undefined }],
  ['a name with capitals', { ...minimalInput, name: 'Prod' }],
  ['a count out of bounds', { ...minimalInput, etcd: { members: 9 } }],
])('the schema for editors refuses %s', (_, input) => {
  expect(validate(JSON.parse(JSON.stringify(input)))).toBe(false);
});

describe('listSettings', () => {
  test('lists leaves with path, type, default and whether they are required', () => {
    expect(
      listSettings({
        required: ['name'],
        properties: {
          name: { type: 'string', description: 'A name.' },
          pools: {
            default: [],
            description: 'Pools.',
            items: {
              required: ['size'],
              properties: { size: { type: 'integer', minimum: 1, maximum: 7, description: 'S.' } },
            },
          },
          labels: { additionalProperties: { type: 'string' }, description: 'Labels.' },
          kind: { enum: ['a', 'b'], default: 'a', description: 'Kind.' },
        },
      }),
    ).toEqual([
      { path: 'name', type: 'string', required: true, description: 'A name.' },
      { path: 'pools', type: 'list', default: '[]', required: false, description: 'Pools.' },
      { path: 'pools[].size', type: '1 to 7', required: true, description: 'S.' },
      { path: 'labels', type: 'map to string', required: false, description: 'Labels.' },
      { path: 'kind', type: '"a", "b"', default: '"a"', required: false, description: 'Kind.' },
    ]);
  });

  test('joins variants; what only one of them has is not required', () => {
    const provider = (name: string) => ({ const: name, description: 'Provider.' });
    expect(
      listSettings({
        oneOf: [
          { required: ['provider'], properties: { provider: provider('box') } },
          {
            required: ['provider', 'key'],
            properties: { provider: provider('kms'), key: { type: 'string', description: 'K.' } },
          },
        ],
      }),
    ).toEqual([
      { path: 'provider', type: '"box", "kms"', required: true, description: 'Provider.' },
      { path: 'key', type: 'string', required: false, description: 'K.' },
    ]);
  });
});
