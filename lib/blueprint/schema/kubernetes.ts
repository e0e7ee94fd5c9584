import { z } from 'zod';
import { count, httpsUrl, kmsKeyArn, label, text } from '../values';

const level = z.enum(['baseline', 'restricted']);

const encryptionKeys = () =>
  z
    .array(label(20))
    .min(1, { error: 'at least one key name such as "key-1"' })
    .default(['key-1'])
    .describe(
      'Names of the secretbox keys: the first encrypts, all decrypt. A new name is a new key.',
    );

/** Extra command-line flags of one program, without dashes. Protected ones are refused. */
export const flags = z
  .record(text(/^[a-zA-Z][a-zA-Z0-9.-]*$/, 'a flag without dashes such as "v"'), z.string())
  .default({});

/** The Kubernetes version and how its components are set. */
export const kubernetes = z.strictObject({
  version: text(/^1\.\d+(\.\d+)?$/, 'a Kubernetes version such as "1.36" or "1.36.4"')
    .default('1.36')
    .describe('A supported minor, which takes its newest known patch, or an exact version.'),
  podSecurity: z
    .strictObject({
      enforce: level.default('baseline'),
      audit: level.default('restricted'),
      warn: level.default('restricted'),
    })
    .prefault({})
    .describe('Pod Security level of namespaces that set none of their own.'),
  oidc: z
    .strictObject({
      issuerUrl: httpsUrl(),
      clientId: z.string().min(1, { error: 'the client id such as "kubernetes"' }),
      usernameClaim: z.string().default('sub'),
      usernamePrefix: z.string().default('oidc:'),
      groupsClaim: z.string().default('groups'),
      groupsPrefix: z.string().default('oidc:'),
    })
    .optional()
    .describe('A further authentication method for people.'),
  audit: z
    .strictObject({
      maxAgeDays: count(1, 3650).default(30),
      maxBackups: count(1, 1000).default(10),
      maxSizeMegabytes: count(1, 10000).default(100),
      retentionDays: count(1, 3653)
        .default(365)
        .describe('Days that CloudWatch Logs keeps the shipped audit log.'),
    })
    .prefault({}),
  encryption: z
    .discriminatedUnion('provider', [
      z.strictObject({ provider: z.literal('secretbox'), keys: encryptionKeys() }),
      z.strictObject({ provider: z.literal('kms'), keyArn: kmsKeyArn(), keys: encryptionKeys() }),
    ])
    .prefault({ provider: 'secretbox' })
    .describe('How Secrets are encrypted in etcd.'),
  requests: z
    .strictObject({
      maxInFlight: count(1, 100000).default(400),
      maxMutatingInFlight: count(1, 100000).default(200),
      timeoutSeconds: count(5, 3600).default(60),
      eventsPerSecond: count(1, 100000)
        .default(5000)
        .describe('Server-wide event rate limit of the EventRateLimit admission plugin.'),
    })
    .prefault({})
    .describe('Request limits (SCS-0215).'),
  flags: z
    .strictObject({
      'kube-apiserver': flags,
      'kube-controller-manager': flags,
      'kube-scheduler': flags,
      kubelet: flags.describe('Top-level fields of the KubeletConfiguration.'),
    })
    .prefault({})
    .describe('Further flags; those that a clause fixes need a waiver.'),
  sandboxRuntime: z
    .enum(['none', 'gvisor'])
    .default('none')
    .describe('A RuntimeClass for pods that run in a sandbox.'),
  serviceAccountIssuer: z
    .enum(['aws', 'cluster'])
    .default('aws')
    .describe(
      'Where tokens of service accounts can be verified: at a public OIDC issuer document that IAM trusts, or inside the cluster only.',
    ),
});
