import { ApiObject, App, Chart, Lazy } from 'cdk8s';
import { describe, expect, test } from '@jest/globals';
import { ExecGuard } from '../../constructs/admission/exec-guard';
import { ImagePolicy } from '../../constructs/admission/image-policy';
import { PodPolicy } from '../../constructs/admission/pod-policy';
import { DefaultDeny } from '../../constructs/network/default-deny';
import { addClusterObject } from '../../constructs/synthesis/kubernetes-object';
import { HardenedNamespace } from '../../constructs/workloads/hardened-namespace';

const chartOf = (build: (chart: Chart) => void) => {
  const app = new App();
  const chart = new Chart(app, 'chart');
  build(chart);
  return { app, objects: () => chart.toJson() as Record<string, unknown>[] };
};

describe('policies for a cluster that is in use', () => {
  const policies = {
    PodPolicy: (chart: Chart, props: object) => new PodPolicy(chart, 'policy', props),
    ImagePolicy: (chart: Chart, props: object) =>
      new ImagePolicy(chart, 'policy', { allowedRegistries: ['r.example.com'], ...props }),
    ExecGuard: (chart: Chart, props: object) => new ExecGuard(chart, 'policy', props),
  };

  test.each(Object.entries(policies))('%s is bound as it is asked for', (_name, make) => {
    const bindings = (props: object) =>
      chartOf((chart) => make(chart, props))
        .objects()
        .filter(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding')
        .map(({ spec }) => spec as Record<string, unknown>);
    const actions = (props: object) => [
      ...new Set(bindings(props).map(({ validationActions }) => String(validationActions))),
    ];
    expect(actions({})).toEqual(['Deny,Audit']);
    expect(actions({ action: 'warn' })).toEqual(['Warn,Audit']);
    expect(actions({ action: 'audit' })).toEqual(['Audit']);
    expect(bindings({}).every((spec) => !('matchResources' in spec))).toBe(true);
    for (const { matchResources } of bindings({ exceptNamespaces: ['legacy'] })) {
      expect(matchResources).toEqual({
        namespaceSelector: {
          matchExpressions: [
            { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['legacy'] },
          ],
        },
      });
    }
    expect(() => actions({ exceptNamespaces: ['*'] })).toThrow(
      'AdmissionPolicy: exceptNamespaces[0]: got "*", expected a DNS label such as "shop"',
    );
  });
});

describe('two constructs of one kind in a chart', () => {
  test('fail to synthesize where an object of one would replace that of the other', () => {
    const { app } = chartOf((chart) => {
      new HardenedNamespace(chart, 'a', { name: 'shop', podSecurity: { enforce: 'restricted' } });
      new DefaultDeny(chart, 'b', { namespace: 'shop' });
    });
    expect(() => {
      app.synthYaml();
    }).toThrow(/NetworkPolicy shop\/[\w-]+: got chart\/b and chart\/a\/default-deny, expected one/);
  });

  test('also where one of the two is not of this package', () => {
    const { app } = chartOf((chart) => {
      new HardenedNamespace(chart, 'a', { name: 'shop', podSecurity: { enforce: 'restricted' } });
      new ApiObject(chart, 'b', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'shop' },
      });
    });
    expect(() => {
      app.synthYaml();
    }).toThrow('Namespace shop: got chart/b and chart/a/namespace, expected one');
  });

  test('stand side by side for other namespaces, and in the charts of other clusters', () => {
    const app = new App();
    for (const cluster of ['development', 'production']) {
      const chart = new Chart(app, cluster);
      for (const name of ['shop', 'stock']) {
        new HardenedNamespace(chart, name, { name, podSecurity: { enforce: 'restricted' } });
      }
    }
    expect(() => app.synthYaml()).not.toThrow();
  });
});

test('lazy values are resolved', () => {
  const { objects } = chartOf((chart) => {
    addClusterObject(chart, 'role', 'ClusterRole', {
      metadata: { name: 'viewer' },
      rules: Lazy.any({
        produce: () => [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
      }) as never,
    });
  });
  expect(objects()).toEqual([
    expect.objectContaining({
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    }),
  ]);
});
