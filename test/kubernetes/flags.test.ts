import fc from 'fast-check';
import {
  planAdmissionPlugins,
  planApiServerFlags,
  serviceAccountIssuer,
} from '../../lib/kubernetes/control-plane/api-server-flags';
import { planControllerManagerFlags } from '../../lib/kubernetes/control-plane/controller-manager-flags';
import { renderArguments, renderCommandLine } from '../../lib/kubernetes/control-plane/flags';
import { removedFlags, supportedMinorVersions } from '../../lib/kubernetes/releases';
import { planSchedulerFlags } from '../../lib/kubernetes/control-plane/scheduler-flags';
import { protectedSettings } from '../../lib/standard/protected-settings';
import { kubernetesReleases } from '../../lib/standard/kubernetes-releases';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';

test('renders values as the programs read them, sorted by name', () => {
  expect(renderArguments({ b: ['x', 'y'], a: false, c: 3, d: 'text' })).toEqual([
    { name: 'a', value: 'false' },
    { name: 'b', value: 'x,y' },
    { name: 'c', value: '3' },
    { name: 'd', value: 'text' },
  ]);
});

test('renders the same whatever order the flags were written in', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/)), (names) => {
      const forward = Object.fromEntries(names.map((name) => [name, 'x']));
      const backward = Object.fromEntries([...names].reverse().map((name) => [name, 'x']));
      expect(renderCommandLine(forward)).toEqual(renderCommandLine(backward));
    }),
    { seed: 20261122 },
  );
});

describe('API server', () => {
  const flags = planApiServerFlags(makeBlueprint());

  test.each([
    ['anonymous-auth', false],
    ['authorization-mode', ['Node', 'RBAC']],
    ['enable-bootstrap-token-auth', false],
    ['service-account-lookup', true],
    ['service-account-extend-token-expiration', false],
    ['profiling', false],
    ['etcd-compaction-interval', '0'],
    ['etcd-db-metric-poll-interval', '0'],
    ['kubelet-certificate-authority', '/etc/kubernetes/pki/ca.crt'],
    ['tls-min-version', 'VersionTLS12'],
    ['max-requests-inflight', 400],
    ['max-mutating-requests-inflight', 200],
    ['min-request-timeout', 1800],
    ['request-timeout', '60s'],
  ])('sets %s', (flag, value) => {
    expect(flags[flag]).toEqual(value);
  });

  test('names NodeRestriction first, and PodSecurity', () => {
    expect(planAdmissionPlugins(makeBlueprint())).toEqual([
      'NodeRestriction',
      'PodSecurity',
      'EventRateLimit',
      'AlwaysPullImages',
      'DenyServiceExternalIPs',
    ]);
    const images = { policyWebhook: { url: 'https://images.example.com/review' } };
    expect(planAdmissionPlugins(makeBlueprint({ images })).at(-1)).toBe('ImagePolicyWebhook');
  });

  test('has an authentication configuration for OIDC only', () => {
    expect(flags['authentication-config']).toBeUndefined();
    const oidc = { issuerUrl: 'https://login.example.com', clientId: 'kubernetes' };
    const withOidc = planApiServerFlags(makeBlueprint({ kubernetes: { oidc } }));
    expect(withOidc['authentication-config']).toBe('/etc/kubernetes/policies/authentication.yaml');
    expect(withOidc['anonymous-auth']).toBe(false);
  });

  test('takes the issuer from the machine for AWS and knows it for the cluster', () => {
    expect(serviceAccountIssuer('aws')).toBe('@HC_SERVICE_ACCOUNT_ISSUER@');
    expect(serviceAccountIssuer('cluster')).toBe('https://kubernetes.default.svc.cluster.local');
  });

  test("lets a user's further flags win", () => {
    const further = planApiServerFlags(
      makeBlueprint({ kubernetes: { flags: { 'kube-apiserver': { 'goaway-chance': '0' } } } }),
    );
    expect(further['goaway-chance']).toBe('0');
  });
});

test.each([
  ['controller manager', planControllerManagerFlags(makeBlueprint()), 10257],
  ['scheduler', planSchedulerFlags(makeBlueprint()), 10259],
])('the %s listens on loopback, without profiles, from TLS 1.3 on', (_, flags, port) => {
  expect(flags['bind-address']).toBe('127.0.0.1');
  expect(flags['secure-port']).toBe(port);
  expect(flags.profiling).toBe(false);
  expect(flags['tls-min-version']).toBe('VersionTLS13');
});

test('every flag that a clause fixes is one we set, or one that is refused', () => {
  const set = new Set(Object.keys(planApiServerFlags(makeBlueprint())));
  const ours = protectedSettings.filter(
    ({ owner, flag }) => owner === 'kube-apiserver' && set.has(flag),
  );
  expect(ours.length).toBeGreaterThan(10);
});

test('no removed flag is ever emitted, for any minor version', () => {
  for (const { minorVersion } of kubernetesReleases) {
    const blueprint = makeBlueprint({ kubernetes: { version: minorVersion } });
    const emitted: Record<string, object> = {
      'kube-apiserver': planApiServerFlags(blueprint),
      'kube-controller-manager': planControllerManagerFlags(blueprint),
      'kube-scheduler': planSchedulerFlags(blueprint),
    };
    for (const { owner, flag } of removedFlags) {
      expect([owner, flag, flag in (emitted[owner] ?? {})]).toEqual([owner, flag, false]);
    }
  }
});

test('every release of the standard is a minor version of this room', () => {
  expect(kubernetesReleases.map(({ minorVersion }) => minorVersion)).toEqual([
    ...supportedMinorVersions,
  ]);
});
