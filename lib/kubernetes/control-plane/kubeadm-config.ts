import type { Blueprint } from '../../blueprint/blueprint';
import { memberAddressToken } from '../../etcd/tier-directory';
import type { MachineFile } from '../../machine/machine-config';
import { planApiServerFlags } from './api-server-flags';
import { planControllerManagerFlags } from './controller-manager-flags';
import { renderArguments } from './flags';
import { planKubeProxyConfiguration } from '../node/kube-proxy-configuration';
import { controlPlaneTaint, planKubeletConfiguration } from '../node/kubelet-configuration';
import { paths } from '../paths';
import { planSchedulerFlags } from './scheduler-flags';
import { renderYamlDocuments } from '../yaml';
import { namedPorts } from '../../network/ports';

const apiVersion = 'kubeadm.k8s.io/v1beta4';

/**
 * The kubeadm configuration, the same on every control-plane machine.
 *
 * @see https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/
 */
export function planKubeadmFiles(blueprint: Blueprint): readonly MachineFile[] {
  return [
    {
      path: paths.kubeadmConfig,
      mode: '0600',
      template: true,
      content: renderYamlDocuments([
        initConfiguration(),
        clusterConfiguration(blueprint),
        planKubeletConfiguration(blueprint, 'control-plane'),
        planKubeProxyConfiguration(blueprint),
      ]),
    },
  ];
}

function initConfiguration(): object {
  return {
    apiVersion,
    kind: 'InitConfiguration',
    localAPIEndpoint: { advertiseAddress: '@HC_PRIVATE_IP@', bindPort: namedPorts.apiServer },
    nodeRegistration: {
      name: '@HC_INSTANCE_ID@',
      criSocket: 'unix:///run/containerd/containerd.sock',
      imagePullPolicy: 'IfNotPresent',
      taints: [controlPlaneTaint],
    },
    patches: { directory: paths.patches },
    // No token ever: machines join by their IAM role.
    skipPhases: ['bootstrap-token', 'upload-certs', 'show-join-command'],
  };
}

function clusterConfiguration(blueprint: Blueprint): object {
  const { kubernetes, network, names } = blueprint;
  return {
    apiVersion,
    kind: 'ClusterConfiguration',
    clusterName: blueprint.name,
    kubernetesVersion: `v${kubernetes.version}`,
    controlPlaneEndpoint: `${names.api}:${namedPorts.apiServer}`,
    certificatesDir: paths.pki,
    encryptionAlgorithm: 'ECDSA-P256',
    caCertificateValidityPeriod: '87600h0m0s',
    certificateValidityPeriod: '8760h0m0s',
    imageRepository: 'registry.k8s.io',
    networking: {
      dnsDomain: 'cluster.local',
      podSubnet: network.podCidr,
      serviceSubnet: network.serviceCidr,
    },
    etcd: { external: externalEtcd() },
    apiServer: {
      // Loopback: probes and jobs of the machine itself go to its own API server.
      certSANs: [names.api, 'localhost', '127.0.0.1'],
      extraArgs: renderArguments(planApiServerFlags(blueprint)),
      extraVolumes: apiServerVolumes(blueprint),
    },
    controllerManager: { extraArgs: renderArguments(planControllerManagerFlags(blueprint)) },
    scheduler: { extraArgs: renderArguments(planSchedulerFlags(blueprint)) },
  };
}

/**
 * Members by address: the API server needs no DNS to start. Which there are, the machine
 * looks up when it starts: it is not replaced for a further one.
 */
function externalEtcd(): object {
  return {
    endpoints: [`https://${memberAddressToken}:${namedPorts.etcdClient}`],
    caFile: paths.etcdCa,
    certFile: paths.etcdClient,
    keyFile: paths.etcdClientKey,
  };
}

function apiServerVolumes({ kubernetes }: Blueprint): readonly object[] {
  const folder = (name: string, path: string, readOnly: boolean) => ({
    name,
    hostPath: path,
    mountPath: path,
    readOnly,
    pathType: readOnly ? 'Directory' : 'DirectoryOrCreate',
  });
  return [
    folder('audit-logs', paths.auditLogs, false),
    folder('encryption', paths.encryption, true),
    folder('policies', paths.policies, true),
    folder('token-webhook', paths.authenticator, true),
    ...(kubernetes.encryption.provider === 'kms'
      ? [folder('kms-plugin', '/run/kms-plugin', true)]
      : []),
  ];
}
