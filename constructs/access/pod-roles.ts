import { Construct } from 'constructs';
import type { Problem } from '../../lib/blueprint/problem';
import type { MatchRule } from '../admission/admission-types';
import { AdmissionPolicy } from '../admission/admission-policy';
import { celList, celString } from '../admission/cel';
import { addClusterObject } from '../synthesis/kubernetes-object';
import { problemsOfEmpty, problemsOfLabel, validateProps } from '../synthesis/validate-props';
import { annotationOf, patchOfPods, podRoleAnnotation, podRoleVariables } from './pod-role-patch';

/** Which IAM roles the pods of which namespaces may have. */
export interface PodRolesProps {
  /** Namespaces with the ARNs of the roles that their service accounts may name. */
  readonly namespaces: readonly { readonly name: string; readonly roleArns: readonly string[] }[];
  /** AWS region that pods are told, such as `eu-central-1`. */
  readonly region: string;
  /** @default 'hardened-cluster-pod-roles' */
  readonly name?: string;
  /** Audience of the tokens, as the trust policy of a role asks for it. @default 'sts.amazonaws.com' */
  readonly audience?: string;
  /** Seconds that a token is valid, from 600 to 86400; kubelets renew it before. @default 3600 */
  readonly tokenSeconds?: number;
}

/**
 * IAM roles for pods without a webhook: a pod whose service account carries the annotation
 * `eks.amazonaws.com/role-arn` gets a projected token for STS and the variables that AWS's SDKs read.
 * What a container sets itself stays as it is; annotations are read as the webhook of EKS reads them.
 *
 * A role that is not listed for the namespace is refused on the service account, and given to no pod of
 * an account that carries it already. Tokens for STS are issued in the listed namespaces alone, however
 * they are asked for. Which account may assume the role says the role's trust policy.
 *
 * Needs the API `MutatingAdmissionPolicy` (on by default from Kubernetes 1.36 on) and an issuer that IAM
 * trusts. See docs/decisions/0120-pod-roles-in-cel.md.
 *
 * @see https://github.com/aws/amazon-eks-pod-identity-webhook
 * @see https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/
 */
export class PodRoles extends Construct {
  /** @throws PropsError with every problem. */
  constructor(scope: Construct, id: string, props: PodRolesProps) {
    super(scope, id);
    validateProps('PodRoles', problemsOf(props));
    const { namespaces, audience = 'sts.amazonaws.com' } = props;
    const name = props.name ?? 'hardened-cluster-pod-roles';
    const names = namespaces.map((namespace) => namespace.name).sort();
    const listed = `${roleMap(props)}[?request.namespace].orValue([])`;
    const roleOf = (object: string) => annotationOf(object, podRoleAnnotation);
    new AdmissionPolicy(this, 'accounts', {
      name,
      description: 'Service accounts name no IAM role but those listed for their namespace',
      match: [ruleOf('serviceaccounts', 'CREATE', 'UPDATE')],
      conditions: [
        {
          // One that is there already can still be changed and deleted; its pods get no role.
          name: 'role-changed',
          expression: `${roleOf('object')} != '' && (request.operation == 'CREATE' || ${roleOf('object')} != ${roleOf('oldObject')})`,
        },
      ],
      validations: [
        {
          expression: `${roleOf('object')} in ${listed}`,
          message: `the role in the annotation ${podRoleAnnotation} is not listed for this namespace: add it to namespaces[].roleArns of the cluster's configuration`,
          reason: 'Forbidden',
        },
        {
          expression: "object.metadata.name != 'default'",
          message:
            'the service account default has no role: every pod that names no account would have it. Give the pods an account of their own',
          reason: 'Forbidden',
        },
      ],
    });
    new AdmissionPolicy(this, 'tokens', {
      name: `${name}-tokens`,
      description: 'Tokens for STS are issued in namespaces that have IAM roles alone',
      // Kubelets ask here, too, for the tokens of the pods that they run.
      match: [ruleOf('serviceaccounts/token', 'CREATE')],
      validations: [
        {
          expression: `!(${celString(audience)} in object.spec.?audiences.orValue([])) || request.namespace in ${celList(names)}`,
          message: `tokens for ${audience} are issued in namespaces that have IAM roles alone: list them in namespaces[].roleArns of the cluster's configuration`,
          reason: 'Forbidden',
        },
      ],
    });
    addClusterObject(this, 'pods', 'MutatingAdmissionPolicy', {
      metadata: {
        name,
        annotations: {
          'kubernetes.io/description':
            'Pods of service accounts with an IAM role have a token and the variables for it',
        },
      },
      spec: {
        failurePolicy: 'Fail',
        // Once more would double what a pod costs in a namespace of many accounts.
        reinvocationPolicy: 'Never',
        paramKind: { apiVersion: 'v1', kind: 'ServiceAccount' },
        matchConstraints: {
          namespaceSelector: {
            matchExpressions: [
              { key: 'kubernetes.io/metadata.name', operator: 'In', values: names },
            ],
          },
          // As on EKS, a pod can keep out of it.
          objectSelector: {
            matchExpressions: [
              { key: 'eks.amazonaws.com/skip-pod-identity-webhook', operator: 'DoesNotExist' },
            ],
          },
          resourceRules: [ruleOf('pods', 'CREATE')],
        },
        matchConditions: [
          {
            name: 'its-service-account',
            expression:
              "params.metadata.name == object.spec.?serviceAccountName.orValue('default') && params.metadata.name != 'default'",
          },
          { name: 'listed-role', expression: `${roleOf('params')} in ${listed}` },
          {
            name: 'linux',
            expression:
              "object.spec.?os.?name.orValue('linux') == 'linux' && object.spec.?nodeSelector[?'kubernetes.io/os'].orValue('linux') == 'linux'",
          },
        ],
        variables: podRoleVariables({ audience, tokenSeconds: props.tokenSeconds ?? 3600 }),
        mutations: [
          { patchType: 'JSONPatch', jsonPatch: { expression: patchOfPods(props.region) } },
        ],
      },
    });
    addClusterObject(this, 'pods-binding', 'MutatingAdmissionPolicyBinding', {
      metadata: { name },
      spec: {
        policyName: name,
        // Every service account of the pod's namespace is looked at; a condition picks the pod's own.
        paramRef: { selector: {}, parameterNotFoundAction: 'Allow' },
      },
    });
  }
}

function ruleOf(resource: string, ...operations: MatchRule['operations']): MatchRule {
  return { apiGroups: [''], apiVersions: ['v1'], operations, resources: [resource] };
}

/** CEL: the lists of roles by namespace. */
function roleMap({ namespaces }: PodRolesProps): string {
  const rows = namespaces.map(({ name, roleArns }) => `${celString(name)}: ${celList(roleArns)}`);
  return `{${rows.join(', ')}}`;
}

function problemsOf(props: PodRolesProps): readonly Problem[] {
  const { namespaces, region, audience, tokenSeconds = 3600 } = props;
  const names = namespaces.map(({ name }) => name);
  return [
    ...problemsOfEmpty('namespaces', namespaces),
    ...namespaces.flatMap(({ name, roleArns }, index) => [
      ...problemsOfLabel(`namespaces[${index}].name`, name),
      ...(names.indexOf(name) === index
        ? []
        : [{ path: `namespaces[${index}].name`, got: name, expected: 'each namespace once' }]),
      ...problemsOfEmpty(`namespaces[${index}].roleArns`, roleArns),
      ...roleArns.flatMap((arn, role) =>
        /^arn:aws[a-z-]*:iam::\d{12}:role\/[\x21-\x7e]+$/.test(arn)
          ? []
          : [
              {
                path: `namespaces[${index}].roleArns[${role}]`,
                got: arn,
                expected: 'the ARN of a role such as arn:aws:iam::123456789012:role/shop',
              },
            ],
      ),
    ]),
    ...(/^[a-z]{2,4}(-[a-z]+)+-\d$/.test(region)
      ? []
      : [{ path: 'region', got: region, expected: 'an AWS region such as eu-central-1' }]),
    ...(audience === ''
      ? [{ path: 'audience', got: audience, expected: 'an audience such as sts.amazonaws.com' }]
      : []),
    ...(Number.isInteger(tokenSeconds) && tokenSeconds >= 600 && tokenSeconds <= 86400
      ? []
      : [{ path: 'tokenSeconds', got: tokenSeconds, expected: 'whole seconds from 600 to 86400' }]),
  ];
}
