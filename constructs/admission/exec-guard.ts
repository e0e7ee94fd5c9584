import { Construct } from 'constructs';
import { AdmissionPolicy, type AdoptionProps } from './admission-policy';
import { adoptionOf } from './adoption';
import { breakGlassAnnotation, breakGlassVariable } from './break-glass';
import { celList, labelOf } from './cel';

/** Who may still enter pods of unprotected namespaces. */
export interface ExecGuardProps extends AdoptionProps {
  /** Name of the policy. @default 'hardened-cluster-exec' */
  readonly name?: string;
  /** Groups that may do so in an emergency. @default ['system:masters'] */
  readonly breakGlassGroups?: readonly string[];
}

const enforceLabel = 'pod-security.kubernetes.io/enforce';

/**
 * What DenyEscalatingExec did: no user runs commands in, attaches to, forwards ports to or debugs a
 * pod that may be privileged. On CONNECT the API server shows the policy no pod, so the namespace
 * decides: pods can be privileged only where the enforced Pod Security level is privileged or not
 * set. Proxying to a kubelet leads past the policy and is refused as well.
 *
 * @see https://kubernetes.io/docs/concepts/security/rbac-good-practices/#access-to-proxy-subresource-of-nodes
 */
export class ExecGuard extends Construct {
  constructor(scope: Construct, id: string, props: ExecGuardProps = {}) {
    super(scope, id);
    const name = props.name ?? 'hardened-cluster-exec';
    const breakGlass = breakGlassVariable(props.breakGlassGroups);
    new AdmissionPolicy(this, 'pods', {
      ...adoptionOf(props),
      name,
      description: 'Pods that may be privileged are entered in emergencies only',
      match: [
        {
          apiGroups: [''],
          apiVersions: ['v1'],
          operations: ['CONNECT'],
          resources: [
            'pods/attach',
            'pods/exec',
            'pods/portforward',
            'pods/proxy',
            'services/proxy',
          ],
        },
        {
          apiGroups: [''],
          apiVersions: ['v1'],
          operations: ['UPDATE'],
          resources: ['pods/ephemeralcontainers'],
        },
      ],
      variables: [
        breakGlass,
        {
          name: 'unprotected',
          expression: `!(${labelOf('namespaceObject', enforceLabel)} in ${celList(['baseline', 'restricted'])})`,
        },
      ],
      validations: [
        {
          expression: 'variables.breakGlass || !variables.unprotected',
          message: `entering pods of this namespace is left to break-glass: they may be privileged, as its label ${enforceLabel} is neither baseline nor restricted`,
          reason: 'Forbidden',
        },
      ],
      auditAnnotations: [breakGlassAnnotation('variables.unprotected')],
    });
    new AdmissionPolicy(this, 'nodes', {
      ...adoptionOf(props),
      name: `${name}-by-nodes`,
      description: 'Proxying to a kubelet leads past every policy',
      match: [
        {
          apiGroups: [''],
          apiVersions: ['v1'],
          operations: ['CONNECT'],
          resources: ['nodes/proxy'],
        },
      ],
      variables: [breakGlass],
      validations: [
        {
          expression: 'variables.breakGlass',
          message: 'nodes/proxy is left to break-glass: it leads past admission',
          reason: 'Forbidden',
        },
      ],
      auditAnnotations: [breakGlassAnnotation('true')],
    });
  }
}
