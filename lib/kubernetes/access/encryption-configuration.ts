import type { Blueprint } from '../../blueprint/blueprint';
import type { MachineFile, MachineSecret } from '../../machine/machine-config';
import { paths } from '../paths';
import { renderYaml } from '../yaml';

/** Socket of the KMS plugin that runs as a static pod beside the API server. */
export const kmsPluginSocket = 'unix:///run/kms-plugin/socket.sock';

/** Where the template lies from which boot makes the file with the keys in it. */
export const encryptionTemplatePath = '/etc/hardened-cluster/encryption-template.yaml';

/**
 * Template of the EncryptionConfiguration: `@SECRET:<name>@` stands for a key, which only the
 * machine knows. The first provider writes, all read; `identity` last reads what was written before
 * encryption was on.
 *
 * @see https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/
 */
export function planEncryptionFiles({ kubernetes: { encryption } }: Blueprint): MachineFile[] {
  const secretbox = {
    secretbox: { keys: encryption.keys.map((name) => ({ name, secret: `@SECRET:${name}@` })) },
  };
  const kms = {
    kms: { apiVersion: 'v2', name: 'aws-kms', endpoint: kmsPluginSocket, timeout: '3s' },
  };
  return [
    {
      path: encryptionTemplatePath,
      content: renderYaml({
        apiVersion: 'apiserver.config.k8s.io/v1',
        kind: 'EncryptionConfiguration',
        resources: [
          {
            resources: ['secrets'],
            providers: [
              ...(encryption.provider === 'kms' ? [kms] : []),
              secretbox,
              { identity: {} },
            ],
          },
        ],
      }),
    },
  ];
}

/** The keys, one file each, fetched at boot. */
export function planEncryptionSecrets({ kubernetes: { encryption } }: Blueprint): MachineSecret[] {
  return encryption.keys.map((name) => ({
    parameter: `control-plane/secrets-encryption/${name}`,
    path: `${paths.encryptionKeys}/${name}`,
    mode: '0400',
  }));
}
