import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { synthesizeManifests } from '../../../constructs/manifests';
import { planWorker } from '../../../lib/kubernetes/node/plan-worker';
import { resolveLock } from '../../../lib/machine/artifact-lock';
import { planPki } from '../../../lib/pki/pki-plan';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';
import { runKubeBench, type BenchResult } from '../../support/kubernetes/kube-bench';
import { mustRun } from '../../support/kubernetes/kube-process';
import {
  machineFacts,
  placePart,
  renderControlPlaneRoot,
} from '../../support/kubernetes/kube-rendered-root';
import { materializePki } from '../../support/pki';
import { describeWithTools, findKubeBenchRules } from '../../support/tools';
import { planAddresses } from '../../../lib/network/address-plan';

/** Arguments of the CronJobs that are shipped, by machine. */
function shippedArguments(machine: string): { benchmark: string; targets: string[] } {
  const objects = synthesizeManifests(makeBlueprint()).flatMap((file) => file.objects) as {
    kind: string;
    metadata: { name: string };
  }[];
  const job = objects.find(
    ({ kind, metadata }) => kind === 'CronJob' && metadata.name === `kube-bench-${machine}`,
  );
  const args = /"args":(\[[^\]]*\])/.exec(JSON.stringify(job))?.[1] ?? '[]';
  const words = JSON.parse(args) as string[];
  const after = (flag: string) => words[words.indexOf(flag) + 1] ?? '';
  return { benchmark: after('--benchmark'), targets: after('--targets').split(',') };
}

/** Every FAIL, with the reason that docs/kubernetes.md gives. */
const failures: Readonly<Record<string, string>> = {
  '1.1.7': 'etcd is no pod and runs on machines of its own',
  '1.1.8': 'etcd is no pod and runs on machines of its own',
  '1.1.11': 'etcd runs on machines of its own',
  '1.1.12': 'etcd runs on machines of its own',
  '1.1.13': 'there is no admin.conf: credentials of an administrator live one hour, in memory',
  '1.1.14': 'there is no admin.conf: credentials of an administrator live one hour, in memory',
};

/** Every WARN of a manual rule that the program could not see for itself. */
const warnings: Readonly<Record<string, string>> = {
  '1.1.9': 'the CNI configuration is written by Calico once it runs',
  '1.1.10': 'the CNI configuration is written by Calico once it runs',
  '1.2.20': 'the timeout is set, and is the default',
  '3.1.1': 'for people to answer',
  '3.1.2': 'for people to answer',
  '3.1.3': 'for people to answer',
  '3.2.2': 'for people to answer',
  '4.1.3': 'kube-proxy has its kubeconfig inside its pod',
  '4.1.4': 'kube-proxy has its kubeconfig inside its pod',
  '4.2.7': 'the name of a node is the private DNS name that its IAM identity is mapped to',
  '4.2.9': 'serving certificates are requested and rotated (serverTLSBootstrap)',
};

describeWithTools('kube-bench', ['kube-bench', 'kubeadm@1.36', 'openssl'], (tools) => {
  const blueprint = makeBlueprint();
  const rules = findKubeBenchRules(tools['kube-bench']) ?? '';
  const roots: string[] = [];
  let results: readonly BenchResult[];

  beforeAll(async () => {
    const pki = await materializePki(planPki(blueprint, planAddresses(blueprint)));
    const common = { kubeBench: tools['kube-bench'], rules };
    const rendered = await renderControlPlaneRoot({
      blueprint,
      pki,
      kubeadm: tools['kubeadm@1.36'],
    });
    roots.push(rendered.root);
    // What start-control-plane does before anything runs.
    const env = { HC_ROOT: rendered.root };
    await mustRun(
      path.join(rendered.root, 'usr/local/lib/hardened-cluster/write-encryption-config'),
      [],
      { env },
    );
    for (const phase of [
      ['certs', 'all'],
      ['kubeconfig', 'controller-manager'],
      ['kubeconfig', 'scheduler'],
      ['kubeconfig', 'kubelet'],
      ['control-plane', 'all'],
    ]) {
      await rendered.phase(...phase);
    }
    await mustRun('find', [
      path.join(rendered.root, 'etc/kubernetes/pki'),
      ...['-type', 'f', '-exec', 'chmod', '0600', '{}', '+'],
    ]);
    const controlPlane = await runKubeBench({
      ...common,
      benchmark: shippedArguments('control-plane').benchmark,
      // The section on nodes is run once, over a worker's tree.
      targets: shippedArguments('control-plane').targets.filter((target) => target !== 'node'),
      root: rendered.root,
      processes: await Promise.all(
        ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((program) =>
          rendered.commandOf(program),
        ),
      ),
    });

    const worker = await mkdtemp(path.join(tmpdir(), 'worker-'));
    roots.push(worker);
    const [pool] = blueprint.workers;
    if (!pool) throw new Error('no pool');
    const part = planWorker(blueprint, pool, resolveLock(blueprint));
    await placePart({ root: worker, part, pki, facts: machineFacts });
    // The kubelet writes it with this mode when it has its certificate.
    await writeFile(path.join(worker, 'etc/kubernetes/kubelet.conf'), '', { mode: 0o600 });
    const [, service = ''] =
      /ExecStart=\S*\/(kubelet [^]*)\n$/.exec(
        part.files?.find(({ path: name }) => name.endsWith('10-kubeadm.conf'))?.content ?? '',
      ) ?? [];
    const node = await runKubeBench({
      ...common,
      ...shippedArguments('worker-general'),
      root: worker,
      processes: [
        service.split(/[\s\\]+/).filter((word) => word !== ''),
        ['kube-proxy', '--config=/var/lib/kube-proxy/config.conf'],
      ],
    });
    results = [...controlPlane, ...node];
  });
  afterAll(async () => {
    for (const root of roots) await rm(root, { recursive: true, force: true });
  });

  const ids = (status: BenchResult['status']) =>
    results.filter((result) => result.status === status).map(({ id }) => id);

  test('looks at all of it', () => {
    expect(results.length).toBeGreaterThanOrEqual(85);
    expect(ids('PASS').length).toBeGreaterThanOrEqual(65);
  });

  test('fails nothing but what is listed with its reason', () => {
    expect(ids('FAIL')).toEqual(Object.keys(failures));
  });

  test('warns of nothing but what is listed with its reason', () => {
    expect(ids('WARN')).toEqual(Object.keys(warnings));
  });
});
