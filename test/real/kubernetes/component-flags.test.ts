import { spawnSync } from 'node:child_process';
import { knownFeatureGates, knownFlags } from '../../../lib/standard/components/component-flags';
import { describeWithTools } from '../../support/tools';

function helpOf(program: string): string {
  const { stdout, stderr } = spawnSync(program, ['--help'], { encoding: 'utf8', timeout: 60_000 });
  return stdout + stderr;
}

/** Every `--flag` at the beginning of a line. */
function flagsIn(help: string): string[] {
  return [...help.matchAll(/^ +(?:-\w, )?--([A-Za-z0-9][\w.-]*)/gm)].map(([, flag = '']) => flag);
}

const components = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

for (const minorVersion of ['1.36', '1.37'] as const) {
  describeWithTools(
    `the flags of Kubernetes ${minorVersion}`,
    components.map((component) => `${component}@${minorVersion}` as const),
    (paths) => {
      test.each(components)('of %s are those that it names itself', (component) => {
        const help = helpOf(paths[`${component}@${minorVersion}`]);
        expect(Object.keys(knownFlags(component, minorVersion) ?? {}).sort()).toEqual(
          [...new Set(flagsIn(help))].sort(),
        );
        const gates = [...help.matchAll(/kube:(\w+)=true\|false/g)].map(([, gate = '']) => gate);
        expect(gates.length).toBeGreaterThan(50);
        expect(knownFeatureGates(minorVersion)).toEqual(expect.arrayContaining(gates));
      });
    },
  );
}

for (const minorVersion of ['3.5', '3.6'] as const) {
  describeWithTools(`the flags of etcd ${minorVersion}`, [`etcd@${minorVersion}`], (paths) => {
    test('are those that it names itself', () => {
      const help = helpOf(paths[`etcd@${minorVersion}`]);
      const known = knownFlags('etcd', minorVersion) ?? {};
      const named = [...help.matchAll(/^ {2}--([a-z0-9-]+)/gm)].map(([, flag = '']) => flag);
      expect(Object.keys(known).sort()).toEqual([...new Set(named)].sort());
    });
  });
}
