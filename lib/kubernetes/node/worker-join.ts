import type { Blueprint } from '../../blueprint/blueprint';
import type { MachineFile } from '../../machine/machine-config';
import { paths } from '../paths';
import { renderYaml } from '../yaml';
import { namedPorts } from '../../network/ports';

/**
 * The kubeconfig that a worker's kubelet starts with. Its credential is a signed request to STS made
 * from the machine's own role on the spot, so there is nothing in it to steal and nothing to expire.
 * With it the kubelet asks for a client certificate and from then on rotates that.
 */
export function planWorkerJoinFiles(blueprint: Blueprint): readonly MachineFile[] {
  return [
    {
      path: paths.kubeletBootstrapKubeconfig,
      mode: '0600',
      template: true,
      content: renderYaml({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [
          {
            name: blueprint.name,
            cluster: {
              server: `https://${blueprint.names.api}:${namedPorts.apiServer}`,
              'certificate-authority': paths.clusterCa,
            },
          },
        ],
        users: [
          {
            name: 'kubelet',
            user: {
              exec: {
                apiVersion: 'client.authentication.k8s.io/v1',
                command: '/usr/local/bin/aws-iam-authenticator',
                args: ['token', '--cluster-id', blueprint.name],
                env: [
                  { name: 'AWS_REGION', value: '@HC_REGION@' },
                  { name: 'AWS_STS_REGIONAL_ENDPOINTS', value: 'regional' },
                ],
                interactiveMode: 'Never',
                provideClusterInfo: false,
              },
            },
          },
        ],
        contexts: [{ name: blueprint.name, context: { cluster: blueprint.name, user: 'kubelet' } }],
        'current-context': blueprint.name,
      }),
    },
  ];
}
