import { Construct } from 'constructs';
import { AdmissionPolicy } from './admission-policy';
import { breakGlassAnnotation, breakGlassVariable } from './break-glass';
import { celList, celString, labelOf } from './cel';

/** Who may weaken a namespace. */
export interface NamespaceProtectionProps {
  /** @default 'hardened-cluster-namespaces' */
  readonly name?: string;
  /** Groups that may lower Pod Security levels. @default ['system:masters'] */
  readonly breakGlassGroups?: readonly string[];
  /** Enforced level of namespaces without a label, as set in the API server. @default 'baseline' */
  readonly clusterLevel?: 'baseline' | 'restricted';
  /**
   * Version of the levels that namespaces may name besides the latest, such as `v1.36`: the cluster's.
   *
   * @default none
   */
  readonly version?: string;
}

const prefix = 'pod-security.kubernetes.io/';

/**
 * Only break-glass makes a namespace weaker than the cluster's Pod Security level, lowers the level of
 * one, or pins an older version of the level: otherwise everyone who can label a namespace could lift
 * the rules that go by its level. Only break-glass raises a privileged one either: privileged pods may
 * run in it, and the exec guard goes by the label.
 */
export class NamespaceProtection extends Construct {
  constructor(scope: Construct, id: string, props: NamespaceProtectionProps = {}) {
    super(scope, id);
    const clusterLevel = props.clusterLevel ?? 'baseline';
    const versions = ['', 'latest', ...(props.version === undefined ? [] : [props.version])];
    const version = (object: string) => labelOf(object, `${prefix}enforce-version`);
    // From a pinned version to the cluster's own.
    const raised =
      props.version === undefined
        ? ''
        : ` || (${version('object')} == ${celString(props.version)} && !(${version('oldObject')} in ['', 'latest']))`;
    const rank = (object: string) => rankOf(labelOf(object, `${prefix}enforce`), clusterLevel);
    new AdmissionPolicy(this, 'policy', {
      name: props.name ?? 'hardened-cluster-namespaces',
      description: 'Pod Security levels of namespaces are not lowered',
      match: [
        {
          apiGroups: [''],
          apiVersions: ['v1'],
          operations: ['CREATE', 'UPDATE'],
          // The subresources write labels as well.
          resources: ['namespaces', 'namespaces/*'],
        },
      ],
      variables: [
        breakGlassVariable(props.breakGlassGroups),
        { name: 'rank', expression: rank('object') },
        {
          name: 'floor',
          expression: `request.operation == 'UPDATE' ? (${rank('oldObject')}) : ${ranks[clusterLevel]}`,
        },
        {
          name: 'versionKept',
          expression: `request.operation == 'UPDATE' ? ${version('object')} == ${version('oldObject')}${raised} : ${version('object')} in ${celList(versions)}`,
        },
        {
          name: 'opened',
          expression: `request.operation == 'UPDATE' && ${labelOf('oldObject', `${prefix}enforce`)} == 'privileged' && ${labelOf('object', `${prefix}enforce`)} != 'privileged'`,
        },
      ],
      validations: [
        {
          expression: 'variables.breakGlass || variables.rank >= variables.floor',
          message: `the enforced Pod Security level of a namespace is not lowered, nor set below ${clusterLevel}, but by break-glass`,
          reason: 'Forbidden',
        },
        {
          expression: 'variables.breakGlass || !variables.opened',
          message:
            'a namespace at the level privileged is raised by break-glass only: privileged pods may run in it, and would no longer be guarded',
          reason: 'Forbidden',
        },
        {
          expression: 'variables.breakGlass || variables.versionKept',
          message: `the label ${prefix}enforce-version is changed by break-glass only: an older version knows fewer rules (got one that is not ${versions.filter((each) => each !== '').join(' or ')})`,
          reason: 'Forbidden',
        },
      ],
      auditAnnotations: [
        breakGlassAnnotation(
          'variables.rank < variables.floor || variables.opened || !variables.versionKept',
        ),
      ],
    });
  }
}

const ranks = { privileged: 0, baseline: 1, restricted: 2 } as const;

function rankOf(label: string, clusterLevel: 'baseline' | 'restricted'): string {
  const levels = celList(['privileged', 'baseline', 'restricted']);
  return `${label} == '' ? ${ranks[clusterLevel]} : ${levels}.indexOf(${label})`;
}
