import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { BlueprintInput } from '../../../lib/blueprint/schema/blueprint-schema';
import { planClientUrls } from '../../../lib/etcd/plan-member-flags';
import { planApiServerFlags } from '../../../lib/kubernetes/control-plane/api-server-flags';
import { planControllerManagerFlags } from '../../../lib/kubernetes/control-plane/controller-manager-flags';
import { renderCommandLine, type Flags } from '../../../lib/kubernetes/control-plane/flags';
import { planKubeadmFiles } from '../../../lib/kubernetes/control-plane/kubeadm-config';
import { planKubeletFiles, planKubeletFlags } from '../../../lib/kubernetes/node/kubelet-service';
import { removedFlags } from '../../../lib/kubernetes/releases';
import { planSchedulerFlags } from '../../../lib/kubernetes/control-plane/scheduler-flags';
import { planPki } from '../../../lib/pki/pki-plan';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';
import { mustRun, runCommand } from '../../support/kubernetes/kube-process';
import { machineFacts, renderControlPlaneRoot } from '../../support/kubernetes/kube-rendered-root';
import { repeatForMembers } from '../../support/etcd/member-lines';
import { materializePki } from '../../support/pki';
import { testedMinorVersions } from '../../support/kubernetes/tested-minor-versions';
import { describeWithTools } from '../../support/tools';
import { planAddresses } from '../../../lib/network/address-plan';

const variants: Readonly<Record<string, Partial<BlueprintInput>>> = {
  default: {},
  strict: { profile: 'strict' },
  development: { profile: 'development' },
  oidc: {
    kubernetes: { oidc: { issuerUrl: 'https://login.example.com', clientId: 'kubernetes' } },
  },
  kms: {
    kubernetes: {
      encryption: {
        provider: 'kms',
        keyArn: 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      },
    },
  },
  'cluster issuer': { kubernetes: { serviceAccountIssuer: 'cluster' } },
  'image policy webhook': {
    images: { policyWebhook: { url: 'https://images.example.com/review' } },
  },
  'further flags': {
    kubernetes: {
      flags: {
        'kube-apiserver': { 'event-ttl': '2h' },
        'kube-controller-manager': { 'node-monitor-grace-period': '30s' },
        'kube-scheduler': { v: '2' },
        kubelet: { maxPods: '60' },
      },
    },
  },
};

for (const minorVersion of testedMinorVersions) {
  describeWithTools(
    `kubeadm ${minorVersion}`,
    [
      `kubeadm@${minorVersion}`,
      `kubelet@${minorVersion}`,
      `kube-apiserver@${minorVersion}`,
      `kube-controller-manager@${minorVersion}`,
      `kube-scheduler@${minorVersion}`,
    ],
    (tools) => {
      const blueprintOf = (changes: Partial<BlueprintInput>) =>
        makeBlueprint({ ...changes, kubernetes: { ...changes.kubernetes, version: minorVersion } });

      test.each(Object.entries(variants))('accepts the configuration: %s', async (_, changes) => {
        const [file] = planKubeadmFiles(blueprintOf(changes));
        const folder = await mkdtemp(path.join(tmpdir(), 'kubeadm-'));
        const config = path.join(folder, 'kubeadm.yaml');
        await writeFile(config, fillIn(file?.content ?? ''));
        const args = ['config', 'validate', '--config', config];
        const { code, stdout, stderr } = await runCommand(tools[`kubeadm@${minorVersion}`], args);
        await rm(folder, { recursive: true });
        expect([code, stdout, stderr]).toEqual([0, 'ok\n', '']);
      });

      test('knows every flag we set, and none that we know as removed', async () => {
        const blueprint = blueprintOf(variants.oidc ?? {});
        const owners: Readonly<
          Record<'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubelet', Flags>
        > = {
          'kube-apiserver': planApiServerFlags(blueprint),
          'kube-controller-manager': planControllerManagerFlags(blueprint),
          'kube-scheduler': planSchedulerFlags(blueprint),
          kubelet: planKubeletFlags({ role: 'worker' }),
        };
        for (const [owner, flags] of Object.entries(owners)) {
          const { stdout } = await mustRun(
            tools[`${owner as keyof typeof owners}@${minorVersion}`],
            ['--help'],
          );
          const known = new Set(
            [...stdout.matchAll(/^ +(?:-\w, )?--([a-z0-9-]+)/gm)].map(([, n]) => n),
          );
          expect(known.size).toBeGreaterThan(50);
          const unknown = Object.keys(flags).filter((flag) => !known.has(flag));
          expect([owner, unknown]).toEqual([owner, []]);
          const back = removedFlags.filter((row) => row.owner === owner && known.has(row.flag));
          expect([owner, back]).toEqual([owner, []]);
        }
      });

      test.each(['control-plane', 'worker'] as const)(
        'its kubelet takes the configuration of a %s as it is',
        async (role) => {
          const [file] = planKubeletFiles(blueprintOf({}), { role });
          const content = fillIn(file?.content ?? '');
          // No kubeconfig is there, so a kubelet that takes its configuration ends for want of one.
          expect(await startKubelet(tools[`kubelet@${minorVersion}`], content)).toMatch(
            /^[^\n]*(unable to load kubeconfig|unable to load client CA file)[^\n]*$/,
          );
          // What would be wrong is seen: an unknown field, a value out of range.
          const unknown = await startKubelet(
            tools[`kubelet@${minorVersion}`],
            `${content}nonsense: 1\n`,
          );
          expect(unknown).toContain('unknown field');
          const negative = content.replace('maxPods: 110', 'maxPods: -1');
          expect(await startKubelet(tools[`kubelet@${minorVersion}`], negative)).toContain(
            'maxPods',
          );
        },
      );

      test('renders static pods with every flag of ours, and the kubelet configuration as is', async () => {
        const blueprint = blueprintOf({});
        const pki = await materializePki(planPki(blueprint, planAddresses(blueprint)));
        const kubeadm = tools[`kubeadm@${minorVersion}`];
        const rendered = await renderControlPlaneRoot({ blueprint, pki, kubeadm });
        try {
          for (const phase of [
            ['certs', 'all'],
            ['kubeconfig', 'controller-manager'],
            ['kubeconfig', 'scheduler'],
            ['kubeconfig', 'kubelet'],
            ['control-plane', 'all'],
          ]) {
            await rendered.phase(...phase);
          }
          const plans = {
            'kube-apiserver': planApiServerFlags(blueprint),
            'kube-controller-manager': planControllerManagerFlags(blueprint),
            'kube-scheduler': planSchedulerFlags(blueprint),
          };
          for (const [program, flags] of Object.entries(plans)) {
            const command = await rendered.commandOf(program);
            expect(command[0]).toBe(program);
            expect(command).toEqual(
              expect.arrayContaining(renderCommandLine(flags).map((word) => fillIn(word))),
            );
            const names = command.slice(1).map((word) => word.split('=')[0]);
            expect(new Set(names).size).toBe(names.length);
          }
          // Looked up when the machine starts.
          expect(await rendered.commandOf('kube-apiserver')).toContain(
            `--etcd-servers=${planClientUrls(blueprint, planAddresses(blueprint)).join(',')}`,
          );
          // Once more after a further member was looked up: what a restart of boot leads to.
          const config = path.join(rendered.root, 'etc/kubernetes/kubeadm.yaml');
          const further = (await readFile(config, 'utf8')).replace(
            /^( *- )https:\/\/[\d.]+:2379$/m,
            (line, dash: string) => `${line}\n${dash}https://10.0.88.5:2379`,
          );
          await writeFile(config, further);
          await rendered.phase('control-plane', 'apiserver');
          const servers = (await rendered.commandOf('kube-apiserver')).find((word) =>
            word.startsWith('--etcd-servers='),
          );
          expect(servers?.split(',')).toHaveLength(blueprint.etcd.members.length + 1);
          // The phase also tries to start the kubelet, which a bare folder has not.
          await rendered.phase('kubelet-start');
          const written = await readFile(
            path.join(rendered.root, 'var/lib/kubelet/config.yaml'),
            'utf8',
          );
          const ours = rendered.part.files?.find(
            (file) => file.path === '/var/lib/kubelet/config.yaml',
          );
          const { readOnlyPort, ...others } = parse(fillIn(ours?.content ?? '')) as {
            readOnlyPort: number;
          };
          expect(parse(written)).toMatchObject(others);
          // kubeadm drops what is zero, which is why the machine gets our file and not this one.
          expect([readOnlyPort, written.includes('readOnlyPort')]).toEqual([0, false]);
          const pod = parse(
            await readFile(
              path.join(rendered.root, 'etc/kubernetes/manifests/kube-apiserver.yaml'),
              'utf8',
            ),
          ) as { spec: { containers: Record<string, { httpGet: object }>[] } };
          expect(pod.spec.containers[0]?.readinessProbe?.httpGet).toEqual({
            host: '127.0.0.1',
            path: '/readyz',
            port: 10261,
            scheme: 'HTTP',
          });
        } finally {
          await rm(rendered.root, { recursive: true, force: true });
        }
      });
    },
  );
}

test('the configuration has all four documents, each once', () => {
  const [file] = planKubeadmFiles(makeBlueprint());
  const kinds = parseAllDocuments(file?.content ?? '').map((document) => document.get('kind'));
  expect(kinds).toEqual([
    'InitConfiguration',
    'ClusterConfiguration',
    'KubeletConfiguration',
    'KubeProxyConfiguration',
  ]);
});

/** What a kubelet complains of, on a machine whose cgroups are of version 2 alone. */
async function startKubelet(kubelet: string, content: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kubelet-'));
  const config = path.join(folder, 'config.yaml');
  await writeFile(config, content);
  const script = `
mount --make-rprivate /
umount -l /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
exec "$@"`;
  const { stderr } = await runCommand('unshare', [
    ...['--mount', 'sh', '-euc', script, 'sh', kubelet, `--config=${config}`],
    ...[`--kubeconfig=${folder}/none`, `--root-dir=${folder}/root`, '--hostname-override=a'],
  ]);
  await rm(folder, { recursive: true });
  const complaints = stderr
    .split('\n')
    .filter((line) => /^[EF]\d|strict decoding|unknown flag|deprecated/i.test(line));
  return complaints.join('\n');
}

function fillIn(text: string): string {
  return Object.entries(machineFacts).reduce(
    (filled, [name, value]) => filled.replaceAll(`@${name}@`, value),
    repeatForMembers(text, ['10.0.24.4', '10.0.56.4', '10.0.88.4']),
  );
}
