import * as z from 'zod';
import {
  cidrs,
  count,
  cpuQuantity,
  day,
  distinct,
  httpsUrl,
  imageRegistry,
  label,
  line,
  memoryQuantity,
  roleArn,
} from '../values';

const podSecurityLevel = z.enum(['privileged', 'baseline', 'restricted']);

/** A namespace the blueprint makes. */
export const namespace = z.strictObject({
  name: label(63).describe('Name of the namespace.'),
  podSecurity: podSecurityLevel
    .optional()
    .describe('Enforced level; the cluster-wide one when left out.'),
  quota: z
    .strictObject({
      cpu: cpuQuantity()
        .default('8')
        .describe('CPU that all its pods together may request, and use at most.'),
      memory: memoryQuantity()
        .default('16Gi')
        .describe('Memory that all its pods together may request, and use at most.'),
      pods: count(1, 10000).default(50).describe('Pods at a time.'),
    })
    .prefault({})
    .describe('What the namespace may use.'),
  containerLimits: z
    .strictObject({
      cpu: cpuQuantity().default('1').describe('CPU limit.'),
      memory: memoryQuantity().default('512Mi').describe('Memory limit.'),
    })
    .prefault({})
    .describe('Limits of containers that set none.'),
  ingressFromNamespaces: distinct(label(63), 'a namespace')
    .default([])
    .describe('Namespaces whose pods may reach pods of this one.'),
  egressToCidrs: cidrs().default([]).describe('Networks that pods may reach over HTTPS.'),
  roleArns: distinct(roleArn(), 'a role')
    .default([])
    .describe(
      'IAM roles that its service accounts may name in the annotation eks.amazonaws.com/role-arn; their pods get a token for it. Where one is listed, namespaces without any get no tokens for STS. From Kubernetes 1.36 on.',
    ),
  apiServerAccess: z
    .boolean()
    .default(false)
    .describe('Whether pods may reach the API server; those with a token need it.'),
});

/** Where images may come from. */
export const images = z.strictObject({
  allowedRegistries: distinct(imageRegistry(), 'a registry')
    .default([])
    .describe('Registries besides those of the cluster components.'),
  requireDigests: z.boolean().default(false).describe('Whether images must be named by digest.'),
  policyWebhook: z
    .strictObject({
      url: httpsUrl().describe('Address of the webhook.'),
      defaultAllow: z
        .literal(false)
        .default(false)
        .describe('Always false: while the webhook is away, images are refused.'),
    })
    .optional()
    .describe('An ImagePolicyWebhook of your own.'),
});

/** IAM roles of people, by what they may do in the cluster. */
export const principals = z.strictObject({
  breakGlassRoleArns: distinct(roleArn(), 'a role')
    .default([])
    .describe('cluster-admin, for emergencies; each use is in CloudTrail and the audit log.'),
  operatorRoleArns: distinct(roleArn(), 'a role')
    .default([])
    .describe(
      'Read like viewers, cordon and drain nodes, and manage workloads in the namespaces of the configuration.',
    ),
  viewerRoleArns: distinct(roleArn(), 'a role')
    .default([])
    .describe('Read everything but Secrets.'),
  auditorRoleArns: distinct(roleArn(), 'a role')
    .default([])
    .describe('Read what decides about security: roles, bindings, policies, nodes.'),
});

/** A decision not to follow a clause, with its end. */
export const waiver = z.strictObject({
  clause: z.string().describe('Id of the clause, such as "guide/api/profiling".'),
  reason: line('a reason of at least ten characters')
    .min(10, { error: 'a reason of at least ten characters' })
    .describe('Why, for those who read the report.'),
  expires: day().describe('Last day on which the waiver holds.'),
});
