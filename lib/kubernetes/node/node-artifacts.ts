import type { Blueprint } from '../../blueprint/blueprint';
import type { ArtifactLock } from '../../machine/artifact-lock';
import {
  awsIamAuthenticatorArtifact,
  calicoCrdsManifestArtifact,
  cniPluginsArtifact,
  containerdArtifact,
  crictlArtifact,
  gvisorRunscArtifact,
  kubeadmArtifact,
  kubectlArtifact,
  kubeletArtifact,
  runcArtifact,
} from '../../machine/artifacts';
import type { Architecture, MachineArtifact } from '../../machine/machine-config';
import { featuresOf, nodeSoftware } from '../releases';

/** Programs of every Kubernetes node. */
export function planNodeArtifacts(
  { kubernetes }: Pick<Blueprint, 'kubernetes'>,
  lock: ArtifactLock,
  architecture: Architecture,
): readonly MachineArtifact[] {
  return [
    containerdArtifact(lock, nodeSoftware.containerd, architecture),
    runcArtifact(lock, nodeSoftware.runc, architecture),
    cniPluginsArtifact(lock, nodeSoftware.cniPlugins, architecture),
    crictlArtifact(lock, featuresOf(kubernetes.minorVersion).crictl, architecture),
    kubeletArtifact(lock, kubernetes.version, architecture),
    // On workers it signs the machine's own identity, on the control plane it verifies them.
    awsIamAuthenticatorArtifact(lock, nodeSoftware.awsIamAuthenticator, architecture),
    ...(kubernetes.sandboxRuntime === 'gvisor'
      ? [gvisorRunscArtifact(lock, nodeSoftware.gvisor, architecture)]
      : []),
  ];
}

/** Programs of control-plane machines besides those of every node. */
export function planControlPlaneArtifacts(
  { kubernetes }: Pick<Blueprint, 'kubernetes'>,
  lock: ArtifactLock,
  architecture: Architecture,
): readonly MachineArtifact[] {
  return [
    kubeadmArtifact(lock, kubernetes.version, architecture),
    kubectlArtifact(lock, kubernetes.version, architecture),
    calicoCrdsManifestArtifact(lock, nodeSoftware.calico, architecture),
  ];
}
