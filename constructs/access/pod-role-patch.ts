import type { Variable } from '../admission/admission-types';
import { celList, celString } from '../admission/cel';

const prefix = 'eks.amazonaws.com/';

/** Annotation of a service account that names its IAM role, as charts made for EKS set it. */
export const podRoleAnnotation = `${prefix}role-arn`;

const volume = 'aws-iam-token';
const mountPath = '/var/run/secrets/eks.amazonaws.com/serviceaccount';

/** CEL: an annotation of an object, or `''`. */
export function annotationOf(object: string, key: string): string {
  return `${object}.metadata.?annotations[?${celString(key)}].orValue('')`;
}

/** What a token is like where no annotation says otherwise. */
export interface TokenDefaults {
  readonly audience: string;
  /** Seconds that it is valid. */
  readonly tokenSeconds: number;
}

/**
 * CEL variables of {@link patchOfPods}: what the annotations of the pod (`object`) and of its service
 * account (`params`) ask for. What can't be read counts as not given.
 *
 * @see https://github.com/aws/amazon-eks-pod-identity-webhook#eks-walkthrough
 */
export function podRoleVariables({ audience, tokenSeconds }: TokenDefaults): readonly Variable[] {
  const account = (name: string) => annotationOf('params', `${prefix}${name}`);
  const pod = (name: string) => annotationOf('object', `${prefix}${name}`);
  const asked = `[${pod('token-expiration')}, ${account('token-expiration')}, '${tokenSeconds}']`;
  return [
    { name: 'role', expression: annotationOf('params', podRoleAnnotation) },
    {
      name: 'audience',
      expression: `[${account('audience')}, ${celString(audience)}].filter(a, a != '')[0]`,
    },
    {
      name: 'asked',
      expression: `${asked}.filter(s, s.matches('^[0-9]{1,9}$')).map(s, int(s))[0]`,
    },
    // What the API server takes at least, and issues at most.
    {
      name: 'seconds',
      expression:
        'variables.asked < 600 ? 600 : (variables.asked > 86400 ? 86400 : variables.asked)',
    },
    {
      name: 'regional',
      expression: `!(${account('sts-regional-endpoints')} in ${celList(['0', 'f', 'F', 'FALSE', 'false', 'False'])})`,
    },
    {
      name: 'skipped',
      expression: `${pod('skip-containers')}.split(',').map(n, n.trim())`,
    },
  ];
}

/** Variables that count together: a container that sets one of them gets none. */
const variableSets = (region: string) =>
  [
    { when: 'variables.regional', values: { AWS_STS_REGIONAL_ENDPOINTS: celString('regional') } },
    {
      values: { AWS_DEFAULT_REGION: celString(region), AWS_REGION: celString(region) },
    },
    {
      values: {
        AWS_ROLE_ARN: 'variables.role',
        AWS_WEB_IDENTITY_TOKEN_FILE: celString(`${mountPath}/token`),
      },
    },
  ] as const;

/**
 * CEL: the patch (RFC 6902) that adds the token, and to containers and init containers what they do not
 * set themselves. It changes nothing of a pod that it has changed before.
 */
export function patchOfPods(region: string): string {
  const token = 'Object.spec.volumes.projected.sources.serviceAccountToken';
  const projected = `Object.spec.volumes.projected{sources: [Object.spec.volumes.projected.sources{serviceAccountToken: ${token}{audience: variables.audience, expirationSeconds: variables.seconds, path: 'token'}}]}`;
  const value = `Object.spec.volumes{name: ${celString(volume)}, projected: ${projected}}`;
  return [
    `(has(object.spec.volumes) ? [] : [${add("'/spec/volumes'", '[]')}])`,
    `(object.spec.?volumes.orValue([]).exists(v, v.name == ${celString(volume)}) ? [] : [${add("'/spec/volumes/-'", value)}])`,
    ...containerPatches('containers', region),
    ...containerPatches('initContainers', region),
  ].join(' + ');
}

function containerPatches(kind: 'containers' | 'initContainers', region: string): string[] {
  const list = `object.spec.?${kind}.orValue([])`;
  /** A patch of each container that the condition holds for. */
  const each = (condition: string, field: string, value: string) =>
    `${list}.transformList(i, c, !(c.name in variables.skipped) && ${condition}, ${add(`'/spec/${kind}/' + string(i) + '/${field}'`, value)})`;
  const sets = variableSets(region);
  const lacks = (names: readonly string[]) =>
    `!c.?env.orValue([]).exists(e, e.name in ${celList(names)})`;
  // Who sets all three reads a token from elsewhere.
  const unset = sets.map(({ values }) => lacks(Object.keys(values))).join(' || ');
  const mounted = `c.?volumeMounts.orValue([]).exists(m, m.name == ${celString(volume)} || m.mountPath == ${celString(mountPath)})`;
  return [
    each('!has(c.env)', 'env', '[]'),
    ...sets.flatMap(({ values, ...set }) =>
      Object.entries(values).map(([name, cel]) =>
        each(
          [...('when' in set ? [set.when] : []), lacks(Object.keys(values))].join(' && '),
          'env/-',
          `Object.spec.${kind}.env{name: '${name}', value: ${cel}}`,
        ),
      ),
    ),
    each('!has(c.volumeMounts)', 'volumeMounts', '[]'),
    each(
      `(${unset}) && !${mounted}`,
      'volumeMounts/-',
      `Object.spec.${kind}.volumeMounts{name: ${celString(volume)}, mountPath: ${celString(mountPath)}, readOnly: true}`,
    ),
  ];
}

function add(path: string, value: string): string {
  return `JSONPatch{op: 'add', path: ${path}, value: ${value}}`;
}
