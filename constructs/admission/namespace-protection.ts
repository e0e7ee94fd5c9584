import { Construct } from 'constructs';
import { AdmissionPolicy } from './admission-policy';
import { breakGlassAnnotation, breakGlassVariable } from './break-glass';
import { celList, labelOf } from './cel';

/** Who may weaken a namespace. */
export interface NamespaceProtectionProps {
  /** @default 'hardened-cluster-namespaces' */
  readonly name?: string;
  /** Groups that may lower Pod Security levels. @default ['system:masters'] */
  readonly breakGlassGroups?: readonly string[];
  /** Enforced level of namespaces without a label, as set in the API server. @default 'baseline' */
  readonly clusterLevel?: 'baseline' | 'restricted';
}

const prefix = 'pod-security.kubernetes.io/';

/**
 * No user makes a namespace weaker than the cluster's Pod Security level, lowers the level of one,
 * or pins an older version of the level, but break-glass: otherwise a user who can label a
 * namespace could lift every rule that goes by it.
 */
export class NamespaceProtection extends Construct {
  constructor(scope: Construct, id: string, props: NamespaceProtectionProps = {}) {
    super(scope, id);
    const clusterLevel = props.clusterLevel ?? 'baseline';
    const rank = (object: string) => rankOf(labelOf(object, `${prefix}enforce`), clusterLevel);
    new AdmissionPolicy(this, 'policy', {
      name: props.name ?? 'hardened-cluster-namespaces',
      description: 'Pod Security levels of namespaces are not lowered',
      match: [
        {
          apiGroups: [''],
          apiVersions: ['v1'],
          operations: ['CREATE', 'UPDATE'],
          resources: ['namespaces'],
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
          expression: `request.operation == 'UPDATE' ? ${labelOf('object', `${prefix}enforce-version`)} == ${labelOf('oldObject', `${prefix}enforce-version`)} : ${labelOf('object', `${prefix}enforce-version`)} in ['', 'latest']`,
        },
      ],
      validations: [
        {
          expression: 'variables.breakGlass || variables.rank >= variables.floor',
          message: `the enforced Pod Security level of a namespace is not lowered, nor set below ${clusterLevel}, but by break-glass`,
          reason: 'Forbidden',
        },
        {
          expression: 'variables.breakGlass || variables.versionKept',
          message: `the label ${prefix}enforce-version is changed by break-glass only: an older version knows fewer rules`,
          reason: 'Forbidden',
        },
      ],
      auditAnnotations: [
        breakGlassAnnotation('variables.rank < variables.floor || !variables.versionKept'),
      ],
    });
  }
}

const ranks = { privileged: 0, baseline: 1, restricted: 2 } as const;

function rankOf(label: string, clusterLevel: 'baseline' | 'restricted'): string {
  const levels = celList(['privileged', 'baseline', 'restricted']);
  return `${label} == '' ? ${ranks[clusterLevel]} : ${levels}.indexOf(${label})`;
}
