import type { Blueprint } from '../../blueprint/blueprint';
import type { MachineFile } from '../../machine/machine-config';
import { paths } from '../paths';
import { renderYaml } from '../yaml';

/**
 * Files of `--admission-control-config-file`.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
 */
export function planAdmissionFiles(blueprint: Blueprint): readonly MachineFile[] {
  const webhook = blueprint.images.policyWebhook;
  const plugins = [
    { name: 'PodSecurity', path: paths.podSecurity },
    { name: 'EventRateLimit', path: paths.eventRateLimit },
    ...(webhook ? [{ name: 'ImagePolicyWebhook', path: paths.imagePolicy }] : []),
  ];
  return [
    file(paths.admissionConfig, {
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'AdmissionConfiguration',
      plugins,
    }),
    file(paths.podSecurity, podSecurity(blueprint)),
    file(paths.eventRateLimit, eventRateLimit(blueprint)),
    ...(webhook
      ? [
          file(paths.imagePolicy, {
            imagePolicy: {
              kubeConfigFile: paths.imagePolicyKubeconfig,
              allowTTL: 50,
              denyTTL: 50,
              retryBackoff: 500,
              defaultAllow: webhook.defaultAllow,
            },
          }),
          file(paths.imagePolicyKubeconfig, imagePolicyKubeconfig(webhook.url)),
        ]
      : []),
  ];
}

/** Only kube-system is exempt: what runs there is part of the nodes. */
const exemptNamespaces = ['kube-system'];

function podSecurity({ kubernetes: { podSecurity: levels } }: Blueprint): object {
  return {
    apiVersion: 'pod-security.admission.config.k8s.io/v1',
    kind: 'PodSecurityConfiguration',
    defaults: {
      enforce: levels.enforce,
      'enforce-version': 'latest',
      audit: levels.audit,
      'audit-version': 'latest',
      warn: levels.warn,
      'warn-version': 'latest',
    },
    exemptions: { usernames: [], runtimeClasses: [], namespaces: exemptNamespaces },
  };
}

/** Limits and their proportion as SCS-0215 recommends them. */
function eventRateLimit({ kubernetes: { requests } }: Blueprint): object {
  return {
    apiVersion: 'eventratelimit.admission.k8s.io/v1alpha1',
    kind: 'Configuration',
    limits: [
      { type: 'Server', qps: requests.eventsPerSecond, burst: 4 * requests.eventsPerSecond },
    ],
  };
}

/** The webhook's certificate is verified against the CAs of the image's trust store. */
function imagePolicyKubeconfig(server: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'image-policy', cluster: { server } }],
    users: [{ name: 'kube-apiserver', user: {} }],
    contexts: [
      { name: 'image-policy', context: { cluster: 'image-policy', user: 'kube-apiserver' } },
    ],
    'current-context': 'image-policy',
  };
}

function file(path: string, document: object): MachineFile {
  return { path, content: renderYaml(document), mode: '0600' };
}
