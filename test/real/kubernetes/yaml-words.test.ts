import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { renderDocuments } from '../../../constructs/synthesis/yaml-documents';
import { planKubeadmFiles } from '../../../lib/kubernetes/control-plane/kubeadm-config';
import { planKubeletFiles } from '../../../lib/kubernetes/node/kubelet-service';
import { renderYaml } from '../../../lib/kubernetes/yaml';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';
import { describeWithTools } from '../../support/tools';

/** Values of labels and taints that some reader of YAML takes for something else. */
const words = [
  ...['yes', 'No', 'on', 'off', 'y', 'n', 'true', 'null'],
  ...['1_000', '0b11', '0o7', '0777', '0x1f', '0o7_1', '1.5', '1e3', '2026-11-22', '1.36'],
];

describeWithTools(
  'words that YAML 1.1 takes for something else',
  ['kubeadm@1.36', 'kubelet@1.36', 'kubectl@1.36'],
  (paths) => {
    let folder = '';

    beforeAll(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'yaml-words-'));
    });

    afterAll(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    function file(name: string, content: string): string {
      const target = path.join(folder, name);
      writeFileSync(target, content);
      return target;
    }

    function run(program: keyof typeof paths, ...args: string[]) {
      const { stdout, stderr } = spawnSync(paths[program], args, {
        encoding: 'utf8',
        timeout: 30_000,
      });
      return { stdout, stderr };
    }

    /** What the kubelet says of its configuration before it asks for a cluster that is not there. */
    function kubeletOn(config: string): string {
      const absent = path.join(folder, 'absent');
      return run(
        'kubelet@1.36',
        `--config=${config}`,
        `--kubeconfig=${absent}`,
        `--root-dir=${folder}`,
      ).stderr;
    }

    test.each([
      ['machine files', renderYaml],
      ['manifests', (content: object) => renderDocuments([content])],
    ])('are text for kubectl in %s', (_what, render) => {
      const data = Object.fromEntries(words.flatMap((word) => [[word, word]]));
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'words' }, data };
      const { stdout, stderr } = run(
        'kubectl@1.36',
        ...['annotate', '--local', '-o', 'json', '-f', file('map.yaml', render(object)), 'a=b'],
      );
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toMatchObject({ data });
    });

    test('are text for kubeadm and the kubelet in taints, and as the name of a cluster', () => {
      const taints = words.map((value, index) => ({
        key: index % 2 === 0 ? 'on' : `key-${index}`,
        value,
        effect: 'NoSchedule',
      }));
      const blueprint = makeBlueprint({ name: 'no' });
      const [kubeadm] = planKubeadmFiles(blueprint);
      const [kubelet] = planKubeletFiles(blueprint, { role: 'worker', taints });
      const config = (kubeadm?.content ?? '')
        .replaceAll('@HC_PRIVATE_IP@', '10.0.0.5')
        .replaceAll('@HC_INSTANCE_ID@', 'i-0123456789abcdef0')
        .replaceAll(/^(\s+- )https:\/\/@\w+@:2379$/gm, '$1https://10.0.0.6:2379');
      expect(run('kubeadm@1.36', 'config', 'validate', '--config', file('a', config)).stdout).toBe(
        'ok\n',
      );
      expect(kubeletOn(file('b', kubelet?.content ?? ''))).not.toContain('kubelet config file');
    });

    test('fails when they stand without quotes', () => {
      const [kubelet] = planKubeletFiles(makeBlueprint(), {
        role: 'worker',
        taints: [{ key: 'dedicated', value: 'yes', effect: 'NoSchedule' }],
      });
      const unquoted = (kubelet?.content ?? '').replace('value: "yes"', 'value: yes');
      expect(kubeletOn(file('c', unquoted))).toContain('kubelet config file');
    });
  },
);
