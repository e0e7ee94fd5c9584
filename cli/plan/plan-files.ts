import type { Facts } from '../../lib/conformance/facts';
import { renderReport } from '../../lib/conformance/report/render-report';
import type { Report } from '../../lib/conformance/report/report';
import { renderFirewallRows } from '../../lib/topology/firewall-table';
import { renderTopology } from '../../lib/topology/render-topology';
import { pictureOf } from '../picture';
import { json } from './json';
import { machineFiles } from './machine-files';
import { unwrapSecrets } from './monitor';
import { PkiStore } from './pki-store';
import type { StackPlan } from '../../stacks/cluster/plan-stack';
import type { PlannedCluster } from './register-cluster';
import type { TranscribedResource } from './transcribe';
import type { OutputFile } from './replace-folder';

/** What the files show besides the planned cluster. */
export interface ResultFilesInput {
  readonly cluster: PlannedCluster;
  readonly resources: readonly TranscribedResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly userData: ReadonlyMap<string, string>;
  readonly facts: Facts;
  readonly report: Report;
  readonly store: PkiStore;
}

/** The files that need no run of the program: most of the folder. */
export function planFiles(plan: StackPlan): OutputFile[] {
  const { blueprint, addresses, portMatrix } = plan;
  return [
    { path: 'blueprint.json', content: json(blueprint) },
    { path: 'firewall.json', content: json(renderFirewallRows(portMatrix)) },
    { path: 'topology.svg', content: renderTopology(blueprint, addresses, portMatrix) },
    ...machineFiles(plan.machines),
    ...plan.manifests.map(({ name, yaml }) => ({ path: `manifests/${name}`, content: yaml })),
  ];
}

/** The files that show what the program made, and the outcome of it all. */
export function resultFiles(input: ResultFilesInput): OutputFile[] {
  const { cluster, report } = input;
  return [
    { path: 'resources.json', content: json(input.resources) },
    { path: 'outputs.json', content: json(input.outputs) },
    { path: 'certificates.json', content: json(input.facts.certificates) },
    { path: 'conformance.json', content: renderReport(report, 'json') },
    { path: 'report.html', content: renderReport(report, 'html', pictureOf(cluster.blueprint)) },
    ...cluster.machines.map(({ name }) => ({
      path: `machines/${name}/user-data`,
      content: input.userData.get(name) ?? '',
    })),
    ...pkiFiles(cluster, input.store),
  ];
}

/** The planned profile, the parameters by their names, and what a later plan takes up again. */
function pkiFiles({ blueprint, pki, resources }: PlannedCluster, store: PkiStore): OutputFile[] {
  const prefix = `/${blueprint.name}/`;
  const parameters = resources.flatMap(({ type, inputs }) => {
    if (type !== 'aws:ssm/parameter:Parameter') return [];
    const { name, value } = unwrapSecrets({ name: inputs.name, value: inputs.value });
    return typeof name === 'string' && typeof value === 'string' && name.startsWith(prefix)
      ? [{ path: `pki/parameters/${name.slice(prefix.length)}`, content: value, secret: true }]
      : [];
  });
  return [
    { path: 'pki/profile.json', content: json(pki), secret: true },
    { path: `pki/${PkiStore.fileName}`, content: store.render(), secret: true },
    ...parameters,
  ];
}
