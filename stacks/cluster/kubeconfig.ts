import { namedPorts } from '../../lib/network/ports';

/** What a kubeconfig is made from; none of it is a secret. */
export interface KubeconfigFacts {
  readonly cluster: string;
  /** Host that the API is reached at. */
  readonly host: string;
  /** Name in the API server's certificate. */
  readonly serverName: string;
  readonly caPem: string;
}

/**
 * Renders a kubeconfig that holds no secret: kubectl asks aws-iam-authenticator for a token, which
 * it makes out of the IAM role of the moment. JSON is YAML.
 *
 * @see https://github.com/kubernetes-sigs/aws-iam-authenticator
 */
export function renderKubeconfig(facts: KubeconfigFacts): string {
  const { cluster, host, serverName, caPem } = facts;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': cluster,
    clusters: [
      {
        name: cluster,
        cluster: {
          server: `https://${host}:${namedPorts.apiServer}`,
          'tls-server-name': serverName,
          'certificate-authority-data': Buffer.from(caPem).toString('base64'),
        },
      },
    ],
    contexts: [{ name: cluster, context: { cluster, user: cluster } }],
    users: [
      {
        name: cluster,
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1beta1',
            command: 'aws-iam-authenticator',
            args: ['token', '--cluster-id', cluster],
            interactiveMode: 'Never',
          },
        },
      },
    ],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
