import type { Check, Verdict } from '../../check';
import type { Facts, ResourceFact } from '../../facts';
import { fail, notApplicable, pass, unknown, verdictOf, type Finding } from '../../finding';
import { readCloud, references, resolve, resourcesOfKind, type Cloud } from '../../readers/cloud';
import { roleOf } from '../../readers/cloud-roles';
import { etcdMachines } from '../../readers/etcd-members';
import { readHosts } from '../../readers/hosts';
import { nodeLabels } from '../../readers/node-labels';
import { textAt } from '../../readers/values';

const noCloud = 'no cloud resources among the facts';

/** Zones and number of the machines of a tier. */
interface Spread {
  readonly zones: ReadonlySet<string>;
  /** Machines that run at least. */
  readonly machines: number;
  readonly names: readonly string[];
}

/** Distribution of nodes over machines and zones. */
export const distributionChecks: readonly Check[] = [
  {
    id: 'distribution/control-plane-machines',
    title: 'Control-plane machines run on different physical machines',
    why: 'One broken host must not take the whole control plane.',
    remedy: 'Run more than one control-plane machine, in different zones.',
    run: (facts) =>
      onSpread(facts, 'control-plane', ({ zones, machines }) => {
        const evidence = `${machines} control-plane machines in ${zones.size} zones; zones share no physical machine`;
        return machines >= 2 && zones.size >= 2 ? pass(evidence) : fail(evidence);
      }),
  },
  {
    id: 'distribution/control-plane-count',
    title: 'There are three control-plane machines or more',
    why: 'With three, one can be replaced while another fails.',
    remedy: 'Run three control-plane machines.',
    run: (facts) =>
      onSpread(facts, 'control-plane', ({ machines }) => {
        const evidence = `${machines} control-plane machines`;
        return machines >= 3 ? pass(evidence) : fail(evidence);
      }),
  },
  {
    id: 'distribution/etcd-quorum',
    title: 'etcd has an odd number of members, three at least',
    why: 'An even number adds no safety, and fewer than three stand no loss.',
    remedy: 'Run three, five or seven members over three zones.',
    run: (facts) => {
      const count = etcdMachines(facts)?.length ?? 0;
      if (count === 0) return unknown('no etcd machine among the facts');
      const evidence = `${count} etcd members`;
      return count >= 3 && count % 2 === 1 ? pass(evidence) : fail(evidence);
    },
  },
  {
    id: 'distribution/control-plane-zones',
    title: 'Each zone of the cluster has a control-plane machine',
    why: 'A zone that is cut off keeps a control plane of its own, and none is a single point of failure.',
    remedy:
      'Run at least as many control-plane machines as there are zones, spread over all of them.',
    run: (facts) =>
      onSpread(facts, 'control-plane', ({ zones, machines }) => {
        const all = zonesInUse(facts);
        const evidence = `${machines} control-plane machines in ${[...zones].sort().join(', ')}; the cluster uses ${[...all].sort().join(', ')}`;
        const covered = [...all].every((zone) => zones.has(zone));
        return covered && machines >= all.size ? pass(evidence) : fail(evidence);
      }),
  },
  {
    id: 'distribution/control-plane-several-per-zone',
    title: 'Each zone of the cluster has more than one control-plane machine',
    why: 'A zone then stands the loss of a machine by itself.',
    remedy: 'Run two control-plane machines for each zone (controlPlane.machines).',
    run: (facts) =>
      onSpread(facts, 'control-plane', ({ zones, machines }) => {
        const evidence = `${machines} control-plane machines in ${zones.size} zones`;
        return machines >= 2 * zones.size ? pass(evidence) : fail(evidence);
      }),
  },
  {
    id: 'distribution/worker-zones',
    title: 'Workers are spread over more than one zone',
    why: 'Workloads go on when a zone fails.',
    remedy: 'Give worker pools subnets in several zones.',
    run: (facts) =>
      onSpread(facts, 'worker', ({ zones, machines }) => {
        const evidence = `at least ${machines} workers in ${[...zones].sort().join(', ')}`;
        return zones.size >= 2 && machines >= 2 ? pass(evidence) : fail(evidence);
      }),
  },
  {
    id: 'distribution/worker-each-zone',
    title: 'Each zone has a worker',
    why: 'Workloads can then ask for any zone.',
    remedy: 'Run at least as many workers as there are zones.',
    run: (facts) =>
      onSpread(facts, 'worker', ({ zones, machines }) => {
        const all = zonesInUse(facts);
        const evidence = `at least ${machines} workers in ${[...zones].sort().join(', ')}`;
        return [...all].every((zone) => zones.has(zone)) && machines >= all.size
          ? pass(evidence)
          : fail(evidence);
      }),
  },
  labelCheck('distribution/zone-label', 'topology.kubernetes.io/zone', 'zone'),
  labelCheck('distribution/region-label', 'topology.kubernetes.io/region', 'region'),
  {
    id: 'distribution/host-id-label',
    title: 'Nodes carry an identifier of the physical machine they run on',
    why: 'Virtual machines in one zone may share a host, and no label would show it.',
    remedy: 'Run on dedicated hosts and give kubelets the label topology.scs.community/host-id.',
    run: (facts) => {
      const labels = nodeLabels(facts);
      const missing = labels.filter(
        ({ names }) => !names.includes('topology.scs.community/host-id'),
      );
      if (labels.length > 0 && missing.length === 0) {
        return pass(...labels.map(({ location }) => `${location}: topology.scs.community/host-id`));
      }
      const hosts = readHosts(facts);
      const dedicated = (hosts ?? []).some(({ resource: { inputs } }) =>
        [textAt(inputs, 'tenancy'), textAt(inputs, 'placement', 'tenancy')].includes('host'),
      );
      if (hosts !== undefined && hosts.length > 0 && !dedicated) {
        return notApplicable(
          'EC2 does not tell an instance on shared hardware which physical machine it runs on; zones are the failure domains here',
        );
      }
      return verdictOf(
        missing.map(({ location }): Finding => ({
          holds: false,
          evidence: `${location}: no host-id`,
        })),
        'no node labels among the facts',
      );
    },
  },
];

function labelCheck(id: string, label: string, what: string): Check {
  return {
    id,
    title: `Nodes carry the label ${label}`,
    why: `Without it workloads cannot be spread over, or kept in, a ${what}.`,
    remedy: `Give kubelets the node label ${label}.`,
    run: (facts) =>
      verdictOf(
        nodeLabels(facts).map(({ location, names }): Finding => ({
          holds: names.includes(label),
          evidence: `${location}: ${names.includes(label) ? label : `no ${label}`}`,
        })),
        'no node labels among the facts',
      ),
  };
}

function onSpread(
  facts: Facts,
  role: 'control-plane' | 'worker',
  evaluate: (spread: Spread) => Verdict,
): Verdict {
  const cloud = readCloud(facts);
  if (!cloud) return unknown(noCloud);
  const spread = spreadOf(facts, cloud, role);
  return spread.names.length === 0 || spread.zones.size === 0
    ? unknown(`no machine of tier ${role} with a zone among the facts`)
    : evaluate(spread);
}

function spreadOf(facts: Facts, cloud: Cloud, role: 'control-plane' | 'worker'): Spread {
  const hosts = (readHosts(facts) ?? []).filter(({ resource }) => roleOf(resource) === role);
  const groups = resourcesOfKind(cloud, 'Group').filter(
    (group) => group.type.includes('autoscaling') && roleOf(group) === role,
  );
  const counts = groups.map(({ inputs }) =>
    Math.max(...['desiredCapacity', 'minSize'].map((key) => Number(textAt(inputs, key) ?? 0))),
  );
  const subnets = [...new Set(hosts.flatMap((host) => host.subnets))];
  return {
    zones: new Set(subnets.flatMap((subnet) => zoneOf(cloud, subnet))),
    machines:
      groups.length > 0
        ? counts.reduce((sum, count) => sum + count, 0)
        : hosts.filter(({ resource }) => resource.type.endsWith(':Instance')).length,
    names: hosts.map(({ name }) => name),
  };
}

/** Zones with subnets of machines. */
function zonesInUse(facts: Facts): ReadonlySet<string> {
  const cloud = readCloud(facts);
  if (!cloud) return new Set();
  const nodes = (readHosts(facts) ?? []).filter(({ resource }: { resource: ResourceFact }) =>
    ['control-plane', 'worker'].includes(roleOf(resource) ?? ''),
  );
  return new Set(nodes.flatMap(({ subnets }) => subnets).flatMap((urn) => zoneOf(cloud, urn)));
}

function zoneOf(cloud: Cloud, subnet: string): readonly string[] {
  return references(resolve(cloud, subnet)?.inputs, 'availabilityZone');
}
