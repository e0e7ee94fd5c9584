import * as z from 'zod';
import { count, distinct, httpsUrl, kmsKeyArn, label, line, text } from '../values';

const level = z.enum(['baseline', 'restricted']);

const provider = 'Keys of the cluster (secretbox), or a KMS key of your own.';

/** Keys that a configuration may name. */
export const mostEncryptionKeys = 10;

const encryptionKeys = () =>
  distinct(label(20), 'a key')
    .min(1, { error: 'at least one key name such as "key-1"' })
    .max(mostEncryptionKeys, {
      error: `at most ${mostEncryptionKeys} keys: the role of the control plane names each, and a policy has an end`,
    })
    .default(['key-1'])
    .describe(
      'Names of the secretbox keys: the first encrypts, all decrypt. A new name is a new key.',
    );

/** Before names of an OpenID provider; names of the system are refused whatever it is. */
const identityPrefix = () =>
  text(/^(?!system:)[^\p{Cc}\s]*$/u, 'a prefix such as "oidc:", and not "system:"');

/** Extra command-line flags of one program, without dashes. Protected ones are refused. */
export const flags = z
  .record(
    text(/^[a-zA-Z][a-zA-Z0-9.-]*$/, 'a flag without dashes such as "v"'),
    text(/^[^\p{Cc}]*$/u, 'the value of the flag, as text in one line'),
  )
  .default({});

/** The Kubernetes version and how its components are set. */
export const kubernetes = z.strictObject({
  version: text(
    /^1\.(0|[1-9]\d*)(\.(0|[1-9]\d*))?$/,
    'a Kubernetes version such as "1.36" or "1.36.4"',
  )
    .default('1.36')
    .describe(
      'A supported minor version, which takes its newest known patch, or an exact version.',
    ),
  podSecurity: z
    .strictObject({
      enforce: level.default('baseline').describe('Pods below this level are refused.'),
      audit: level
        .default('restricted')
        .describe('Pods below this level are noted in the audit log.'),
      warn: level.default('restricted').describe('Pods below this level are met with a warning.'),
    })
    .prefault({})
    .describe('Pod Security level of namespaces that set none of their own.'),
  oidc: z
    .strictObject({
      issuerUrl: httpsUrl().describe('Address of the OpenID provider.'),
      clientId: line('the client id such as "kubernetes"').describe(
        'Audience that tokens must be issued for.',
      ),
      usernameClaim: line('the name of a claim such as "sub"')
        .default('sub')
        .describe('Claim that names the user.'),
      usernamePrefix: identityPrefix()
        .default('oidc:')
        .describe('Put before user names, so that none can take a name of the system.'),
      groupsClaim: line('the name of a claim such as "groups"')
        .default('groups')
        .describe('Claim that names the groups of the user.'),
      groupsPrefix: identityPrefix()
        .default('oidc:')
        .describe('Put before group names, for the same reason.'),
    })
    .optional()
    .describe('A further authentication method for people.'),
  audit: z
    .strictObject({
      maxAgeDays: count(1, 3650)
        .default(30)
        .describe('Days that a machine keeps its audit log files.'),
      maxBackups: count(1, 1000).default(10).describe('Audit log files that a machine keeps.'),
      maxSizeMegabytes: count(1, 10000)
        .default(100)
        .describe('Size at which an audit log file is closed.'),
      retentionDays: count(1, 3653)
        .default(365)
        .describe('Days that CloudWatch Logs keeps the shipped audit log.'),
    })
    .prefault({})
    .describe('The audit log of the API server.'),
  encryption: z
    .discriminatedUnion('provider', [
      z.strictObject({
        provider: z.literal('secretbox').describe(provider),
        keys: encryptionKeys(),
      }),
      z.strictObject({
        provider: z.literal('kms').describe(provider),
        keyArn: kmsKeyArn().describe('KMS key that encrypts Secrets.'),
        keys: encryptionKeys(),
      }),
    ])
    .prefault({ provider: 'secretbox' })
    .describe('How Secrets are encrypted in etcd.'),
  requests: z
    .strictObject({
      maxInFlight: count(1, 100000)
        .default(400)
        .describe('Reading requests that an API server serves at a time.'),
      maxMutatingInFlight: count(1, 100000)
        .default(200)
        .describe('Writing requests that an API server serves at a time.'),
      timeoutSeconds: count(5, 3600).default(60).describe('Seconds until a request is given up.'),
      eventsPerSecond: count(1, 100000)
        .default(5000)
        .describe('Server-wide event rate limit of the EventRateLimit admission plugin.'),
    })
    .prefault({})
    .describe('Request limits (SCS-0215).'),
  flags: z
    .strictObject({
      'kube-apiserver': flags.describe('Flags of the API server, without dashes.'),
      'kube-controller-manager': flags.describe('Flags of the controller manager, without dashes.'),
      'kube-scheduler': flags.describe('Flags of the scheduler, without dashes.'),
      kubelet: flags.describe('Top-level fields of the KubeletConfiguration.'),
    })
    .prefault({})
    .describe('Further flags; those that a clause fixes need a waiver.'),
  sandboxRuntime: z
    .enum(['none', 'gvisor'])
    .default('none')
    .describe('A RuntimeClass for pods that run in a sandbox.'),
  serviceAccountIssuer: z
    .union([z.enum(['aws', 'cluster']), httpsUrl()])
    .default('aws')
    .describe(
      'Where tokens of service accounts can be verified: at a public OIDC document that IAM trusts ("aws"), inside the cluster only ("cluster"), or at an address where you publish the documents that the stack gives out.',
    ),
});
