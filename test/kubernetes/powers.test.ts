import { Environment } from '@marcbachmann/cel-js';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dangerousPowers } from '../../lib/kubernetes/powers/dangerous-powers';
import {
  isSweeping,
  powersOfRule,
  type RbacRule,
  type RoleKind,
} from '../../lib/kubernetes/powers/powers-of-rule';
import { renderGivesPower } from '../../lib/kubernetes/powers/render-powers';

const words = {
  verbs: [
    ...['*', 'get', 'list', 'create', 'update', 'patch', 'delete', 'bind', 'escalate', 'use'],
    ...['impersonate', 'impersonate:user-info', 'impersonate-on:user-info:get', 'approve', 'sign'],
  ],
  apiGroups: [
    ...['*', '', 'apps', 'rbac.authorization.k8s.io', 'authentication.k8s.io'],
    ...['certificates.k8s.io', 'admissionregistration.k8s.io', 'policy.hardened-cluster'],
    ...['apiregistration.k8s.io', 'example.com'],
  ],
  resources: [
    ...['*', '*/proxy', '*/token', '*/status', 'pods', 'pods/proxy', 'nodes', 'nodes/proxy'],
    ...['secrets', 'serviceaccounts', 'serviceaccounts/token', 'users', 'userextras/scopes'],
    ...['signers', 'clusterroles', 'roles', 'podrules', 'imagerules', 'persistentvolumes'],
    ...['validatingadmissionpolicybindings', 'apiservices', 'widgets'],
  ],
  resourceNames: ['a', 'kubernetes.io/kubelet-serving', 'example.com/signer'],
  nonResourceURLs: ['*', '/*', '/healthz', '/metrics'],
};

const someOf = (values: readonly string[]) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.subarray([...values], { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constantFrom(null, undefined) },
  );

const rules: fc.Arbitrary<RbacRule> = fc.record({
  verbs: someOf(words.verbs),
  apiGroups: someOf(words.apiGroups),
  resources: someOf(words.resources),
  resourceNames: someOf(words.resourceNames),
  nonResourceURLs: someOf(words.nonResourceURLs),
});

/** What the API server's expression says of a rule, by an evaluator of CEL that the project did not write. */
function evaluateCel(rule: RbacRule, kind: RoleKind): unknown {
  const environment = new Environment({ enableOptionalTypes: true, unlistedVariablesAreDyn: true });
  const defined = Object.fromEntries(
    Object.entries(rule).filter(([, value]) => value !== undefined),
  );
  return environment.evaluate(renderGivesPower('r', "kind == 'ClusterRole'"), { r: defined, kind });
}

const evaluate = (rule: RbacRule, kind: RoleKind) =>
  powersOfRule(rule, kind).length > 0 || isSweeping(rule);

describe('dangerous powers', () => {
  test('are the same in CEL and in TypeScript, on random rules', () => {
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(rules, fc.constantFrom<RoleKind>('ClusterRole', 'Role'), (rule, kind) => {
        const expected = evaluate(rule, kind);
        seen.add(expected);
        expect({ rule, kind, gives: evaluateCel(rule, kind) }).toEqual({
          rule,
          kind,
          gives: expected,
        });
      }),
      { numRuns: 400, seed: 20261126 },
    );
    expect([...seen].sort()).toEqual([false, true]);
  });

  test.each(dangerousPowers.map((power) => [power.id, power] as const))(
    '%s is given by stars, and not by other verbs, groups or resources',
    (id, power) => {
      const verb = power.verbs === 'any' ? 'get' : (power.verbs[0] ?? '');
      const group = power.apiGroups === 'any' ? '' : (power.apiGroups[0] ?? '');
      const resource = power.resources === 'any' ? 'pods' : (power.resources[0] ?? '');
      const ids = (rule: RbacRule) => powersOfRule(rule, 'ClusterRole').map((each) => each.id);
      const rule = { verbs: [verb], apiGroups: [group], resources: [resource] };
      expect(ids(rule)).toContain(id);
      expect(ids({ ...rule, apiGroups: ['*'], resources: ['*'] })).toContain(id);
      if (power.resources !== 'any')
        expect(ids({ ...rule, resources: ['widgets'] })).not.toContain(id);
      if (power.apiGroups !== 'any')
        expect(ids({ ...rule, apiGroups: ['example.com'] })).not.toContain(id);
      if (power.verbs !== 'any')
        expect(ids({ ...rule, verbs: ['watchbookmark'] })).not.toContain(id);
    },
  );
});
