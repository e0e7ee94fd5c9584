import { Construct } from 'constructs';
import { AdmissionPolicy } from '../admission/admission-policy';
import { breakGlassAnnotation, breakGlassVariable } from '../admission/break-glass';
import { requesterIs } from '../admission/cel';
import type { Subject } from '../kinds';
import { addClusterObject } from '../synthesis/kubernetes-object';

/** Who approves the serving certificates of kubelets. */
export interface CertificateApproverProps {
  /** @default 'hardened-cluster-certificates' */
  readonly name?: string;
  /** The approver, which compares names and addresses of a request with its machine. */
  readonly approver: Subject;
  /** Groups that may approve anything in an emergency. @default ['system:masters'] */
  readonly breakGlassGroups?: readonly string[];
}

const signer = 'kubernetes.io/kubelet-serving';

/** Users of the control plane that approve and clean up requests of kubelets for client certificates. */
const controllers: readonly string[] = [
  'system:serviceaccount:kube-system:certificate-controller',
  'system:kube-controller-manager',
];

/**
 * The right to approve serving certificates of kubelets and nothing else, with a policy that holds
 * every approval to what a kubelet may ask for. CEL can't see into the request itself (it is DER):
 * that its names and addresses are the machine's own is for the approver to compare.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/
 */
export class CertificateApprover extends Construct {
  constructor(scope: Construct, id: string, props: CertificateApproverProps) {
    super(scope, id);
    const name = props.name ?? 'hardened-cluster-certificates';
    const role = `${name}:approver`;
    addClusterObject(this, 'role', 'ClusterRole', {
      metadata: { name: role },
      rules: [
        {
          apiGroups: ['certificates.k8s.io'],
          resources: ['certificatesigningrequests'],
          verbs: ['get', 'list', 'watch'],
        },
        {
          apiGroups: ['certificates.k8s.io'],
          resources: ['certificatesigningrequests/approval'],
          verbs: ['update'],
        },
        {
          apiGroups: ['certificates.k8s.io'],
          resources: ['signers'],
          resourceNames: [signer],
          verbs: ['approve'],
        },
      ],
    });
    addClusterObject(this, 'binding', 'ClusterRoleBinding', {
      metadata: { name: role },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [props.approver],
    });
    this.addPolicy(name, props);
  }

  private addPolicy(name: string, props: CertificateApproverProps): void {
    new AdmissionPolicy(this, 'policy', {
      name,
      description: 'Only what a kubelet may ask for is approved',
      match: [
        {
          apiGroups: ['certificates.k8s.io'],
          apiVersions: ['v1'],
          operations: ['UPDATE'],
          resources: ['certificatesigningrequests/approval'],
        },
      ],
      variables: [
        breakGlassVariable(props.breakGlassGroups),
        { name: 'controller', expression: requesterIs(controllers) },
        {
          name: 'approved',
          expression: "object.status.?conditions.orValue([]).exists(c, c.type == 'Approved')",
        },
        {
          name: 'forNode',
          expression:
            "object.spec.username.startsWith('system:node:') && 'system:nodes' in object.spec.?groups.orValue([]) && 'server auth' in object.spec.usages && object.spec.usages.all(u, u in ['digital signature', 'key encipherment', 'server auth'])",
        },
        {
          name: 'risky',
          expression: `variables.approved && !variables.controller && !(object.spec.signerName == '${signer}' && variables.forNode)`,
        },
      ],
      validations: [
        {
          expression: 'variables.breakGlass || !variables.risky',
          message: `outside break-glass only requests for ${signer} are approved, made by the node itself and with the usages of a server`,
          reason: 'Forbidden',
        },
      ],
      auditAnnotations: [breakGlassAnnotation('variables.risky')],
    });
  }
}
