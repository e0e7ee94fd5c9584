import type { Blueprint } from '../../blueprint/blueprint';
import type { ArtifactLock } from '../../machine/artifact-lock';
import type { MachinePart, MachineSecret } from '../../machine/machine-config';
import { planAdmissionFiles } from '../access/admission-configuration';
import { planApplySetFiles } from './apply-set';
import { planProbeFiles, planProbeUnits } from './api-server-probe';
import { planAuditFiles } from '../access/audit-policy';
import { planAuthenticationFiles } from '../access/authentication-configuration';
import { planContainerdFiles, planContainerdUnit } from '../node/container-runtime';
import { planControlPlaneScripts, planControlPlaneUnits } from './control-plane-jobs';
import { planEncryptionFiles, planEncryptionSecrets } from '../access/encryption-configuration';
import {
  authenticatorUser,
  planAuthenticatorFiles,
  planAuthenticatorUnit,
} from '../access/iam-authenticator';
import { planKubeadmFiles } from './kubeadm-config';
import { planKubeletFiles, planKubeletUnit } from '../node/kubelet-service';
import { planControlPlaneArtifacts, planNodeArtifacts } from '../node/node-artifacts';
import { planNodeBindingFiles } from '../node/node-bindings';
import { nodePackages } from '../node/node-packages';
import { paths } from '../paths';
import { planStaticPodPatches } from './static-pod-patches';

/** Everything of Kubernetes on a control-plane machine; all of them are the same. */
export function planControlPlane(blueprint: Blueprint, lock: ArtifactLock): MachinePart {
  const { architecture } = blueprint.controlPlane;
  return {
    users: [authenticatorUser],
    files: [
      ...planKubeadmFiles(blueprint),
      ...planStaticPodPatches(),
      ...planAdmissionFiles(blueprint),
      ...planAuditFiles(),
      ...planAuthenticationFiles(blueprint),
      ...planEncryptionFiles(blueprint),
      ...planAuthenticatorFiles(blueprint),
      ...planContainerdFiles(blueprint),
      ...planKubeletFiles(blueprint, { role: 'control-plane' }),
      ...planProbeFiles(),
      ...planApplySetFiles(),
      ...planNodeBindingFiles(),
      ...planControlPlaneScripts(),
    ],
    units: [
      planContainerdUnit(),
      planKubeletUnit('control-plane'),
      planAuthenticatorUnit(blueprint),
      ...planProbeUnits(),
      ...planControlPlaneUnits(),
    ],
    artifacts: [
      ...planNodeArtifacts(blueprint, lock, architecture),
      ...planControlPlaneArtifacts(blueprint, lock, architecture),
    ],
    secrets: [...caSecrets, ...planEncryptionSecrets(blueprint)],
    // For the evaluation of serving certificates.
    packages: [...nodePackages, 'python3-cryptography'],
  };
}

const secret = (
  parameter: string,
  path: string,
  blocks: MachineSecret['blocks'],
): MachineSecret => ({
  parameter: `control-plane/${parameter}`,
  path,
  mode: '0600',
  ...(blocks === undefined ? {} : { blocks }),
});

/** CAs and keys that make every control-plane machine the equal of the others. */
const caSecrets: readonly MachineSecret[] = [
  secret('cluster-ca', paths.clusterCa, 'certificate'),
  secret('cluster-ca', paths.clusterCaKey, 'private-key'),
  secret('front-proxy-ca', paths.frontProxyCa, 'certificate'),
  secret('front-proxy-ca', paths.frontProxyCaKey, 'private-key'),
  secret('etcd-ca', paths.etcdCa, 'certificate'),
  secret('etcd-client', paths.etcdClient, 'certificate'),
  secret('etcd-client', paths.etcdClientKey, 'private-key'),
  secret('service-account', paths.serviceAccountKey, 'private-key'),
];
