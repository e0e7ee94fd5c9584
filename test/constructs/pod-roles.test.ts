import { App, Chart } from 'cdk8s';
import { PodRoles, type PodRolesProps } from '../../constructs/access/pod-roles';
import { synthesizeManifests } from '../../constructs/manifests';
import { synthesize } from '../../constructs/synthesis/synthesizer';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';
import type { Manifest } from './golden-clusters';

const role = 'arn:aws:iam::123456789012:role/shop';
const props: PodRolesProps = {
  namespaces: [{ name: 'shop', roleArns: [role] }],
  region: 'eu-central-1',
};

function built(changes: Partial<PodRolesProps> = {}): readonly Manifest[] {
  const app = new App();
  new PodRoles(new Chart(app, 'chart'), 'roles', { ...props, ...changes });
  return [...synthesize(app)].flatMap(({ objects }) => objects as readonly Manifest[]);
}

const textOf = (kind: string, name: string, changes: Partial<PodRolesProps> = {}) =>
  JSON.stringify(
    built(changes).find((object) => object.kind === kind && object.metadata.name === name)?.spec,
  );

test.each<[what: string, changes: Partial<PodRolesProps>, message: string]>([
  ['no namespace', { namespaces: [] }, 'namespaces: got [], expected at least one'],
  [
    'a namespace without roles',
    { namespaces: [{ name: 'shop', roleArns: [] }] },
    'namespaces[0].roleArns: got [], expected at least one',
  ],
  [
    'a namespace twice',
    { namespaces: [...props.namespaces, { name: 'shop', roleArns: [role] }] },
    'namespaces[1].name: got "shop", expected each namespace once',
  ],
  [
    'a name that is none',
    { namespaces: [{ name: "shop'", roleArns: [role] }] },
    'namespaces[0].name: got "shop\'", expected a DNS label',
  ],
  [
    'a user',
    { namespaces: [{ name: 'shop', roleArns: [role, 'arn:aws:iam::123456789012:user/a'] }] },
    'namespaces[0].roleArns[1]: got "arn:aws:iam::123456789012:user/a", expected the ARN of a role',
  ],
  ['a zone', { region: 'eu-central-1a' }, 'region: got "eu-central-1a", expected an AWS region'],
  ['no audience', { audience: '' }, 'audience: got "", expected an audience'],
  ['a short token', { tokenSeconds: 599 }, 'tokenSeconds: got 599, expected whole seconds'],
  ['a long token', { tokenSeconds: 86401 }, 'tokenSeconds: got 86401, expected whole seconds'],
  ['half a second', { tokenSeconds: 700.5 }, 'tokenSeconds: got 700.5, expected whole seconds'],
])('PodRoles fails when given %s', (_what, changes, message) => {
  expect(() => built(changes)).toThrow(`PodRoles: ${message}`);
});

test('PodRoles renders two guards and the mutation, each with its binding', () => {
  expect(built().map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    'ValidatingAdmissionPolicy hardened-cluster-pod-roles',
    'ValidatingAdmissionPolicyBinding hardened-cluster-pod-roles',
    'ValidatingAdmissionPolicy hardened-cluster-pod-roles-tokens',
    'ValidatingAdmissionPolicyBinding hardened-cluster-pod-roles-tokens',
    'MutatingAdmissionPolicy hardened-cluster-pod-roles',
    'MutatingAdmissionPolicyBinding hardened-cluster-pod-roles',
  ]);
});

test('each policy fails closed, and the mutation is asked in the listed namespaces alone', () => {
  const policies = built({
    namespaces: [...props.namespaces, { name: 'lab', roleArns: [role] }],
  }).filter(({ kind }) => kind.endsWith('AdmissionPolicy'));
  expect(policies.map(({ spec }) => (spec as { failurePolicy: string }).failurePolicy)).toEqual([
    'Fail',
    'Fail',
    'Fail',
  ]);
  expect(policies.find(({ kind }) => kind.startsWith('Mutating'))?.spec).toMatchObject({
    matchConstraints: {
      namespaceSelector: {
        matchExpressions: [
          { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['lab', 'shop'] },
        ],
      },
    },
  });
});

test('region, audience and life of the tokens are those that were asked for', () => {
  const changes = { region: 'us-gov-west-1', audience: 'sts.example.com', tokenSeconds: 900 };
  const pods = textOf('MutatingAdmissionPolicy', 'hardened-cluster-pod-roles', changes);
  expect(pods).toContain("name: 'AWS_REGION', value: 'us-gov-west-1'");
  expect(pods).toContain("name: 'AWS_DEFAULT_REGION', value: 'us-gov-west-1'");
  expect(pods).toContain("'sts.example.com'].filter(a, a != '')[0]");
  expect(pods).toContain("'900'].filter(");
  const tokens = textOf('ValidatingAdmissionPolicy', 'hardened-cluster-pod-roles-tokens', changes);
  expect(tokens).toContain("'sts.example.com' in object.spec");
  const usual = textOf('MutatingAdmissionPolicy', 'hardened-cluster-pod-roles');
  expect(usual).toContain("'sts.amazonaws.com'].filter(");
  expect(usual).toContain("'3600'].filter(");
});

describe('the patch of a pod', () => {
  const spec = built().find(({ kind }) => kind === 'MutatingAdmissionPolicy')?.spec as {
    readonly mutations: readonly { readonly jsonPatch: { readonly expression: string } }[];
  };
  const patches = spec.mutations[0]?.jsonPatch.expression.split(' + object.spec.?') ?? [];
  const of = (kind: string, value: string) =>
    patches.filter((patch) => patch.startsWith(kind) && patch.includes(value));

  test('is one, of the volume and eight parts for each kind of container', () => {
    expect(spec.mutations).toHaveLength(1);
    expect(patches).toHaveLength(1 + 2 * 8);
  });

  test.each(['containers', 'initContainers'])('adds to %s what they lack together', (kind) => {
    const together = {
      AWS_STS_REGIONAL_ENDPOINTS: "['AWS_STS_REGIONAL_ENDPOINTS']",
      AWS_DEFAULT_REGION: "['AWS_DEFAULT_REGION', 'AWS_REGION']",
      AWS_REGION: "['AWS_DEFAULT_REGION', 'AWS_REGION']",
      AWS_ROLE_ARN: "['AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE']",
      AWS_WEB_IDENTITY_TOKEN_FILE: "['AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE']",
    };
    for (const [name, set] of Object.entries(together)) {
      const found = of(kind, `.env{name: '${name}'`);
      expect(found).toEqual([
        expect.stringContaining(`!c.?env.orValue([]).exists(e, e.name in ${set})`),
      ]);
      expect(found[0]).toContain(`'/spec/${kind}/' + string(i) + '/env/-'`);
    }
    expect(of(kind, '!(c.name in variables.skipped) && ')).toHaveLength(8);
    expect(of(kind, '.volumeMounts{name:')).toEqual([
      expect.stringContaining(`'/spec/${kind}/' + string(i) + '/volumeMounts/-'`),
    ]);
  });
});

describe('the manifests of a cluster', () => {
  const objectsOf = (namespaces: Parameters<typeof makeBlueprint>[0]) =>
    synthesizeManifests(makeBlueprint(namespaces)).flatMap(
      ({ objects }) => objects as readonly Manifest[],
    );
  const egressOf = (objects: readonly Manifest[], namespace: string) =>
    JSON.stringify(
      objects.find(
        ({ metadata }) => metadata.namespace === namespace && metadata.name === 'allow-to-cidrs',
      )?.spec,
    );

  test('have no policy of pod roles without a list', () => {
    const objects = objectsOf({ namespaces: [{ name: 'shop' }] });
    expect(JSON.stringify(objects)).not.toContain('pod-roles');
  });

  test('bound the service accounts of namespaces with roles', () => {
    const objects = objectsOf({
      namespaces: [{ name: 'shop', roleArns: [role] }, { name: 'web' }],
    });
    const bounds = objects
      .filter(({ kind, metadata }) => kind === 'ResourceQuota' && metadata.name === 'quota')
      .map(({ metadata, spec }) => [
        metadata.namespace,
        (spec as { hard: Readonly<Record<string, string>> }).hard['count/serviceaccounts'],
      ]);
    expect(Object.fromEntries(bounds)).toMatchObject({ shop: '50', web: undefined });
  });

  test('let pods of the namespaces with roles, and no others, reach the endpoint of STS', () => {
    const objects = objectsOf({
      network: { vpcCidr: '10.0.0.0/16' },
      namespaces: [
        { name: 'shop', roleArns: [role] },
        { name: 'plain' },
        { name: 'both', roleArns: [role], egressToCidrs: ['10.0.0.0/21', '192.0.2.0/24'] },
      ],
    });
    expect(egressOf(objects, 'shop')).toContain('10.0.0.0/21');
    expect(egressOf(objects, 'plain')).toBeUndefined();
    const both = egressOf(objects, 'both');
    expect(both.split('"10.0.0.0/21"')).toHaveLength(2);
    expect(both).toContain('192.0.2.0/24');
  });
});
