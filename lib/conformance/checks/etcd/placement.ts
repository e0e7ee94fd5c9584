import type { Check, Verdict } from '../../check';
import type { Facts } from '../../facts';
import { fail, notApplicable, pass, unknown, verdictOf, type Finding } from '../../finding';
import { componentFlags } from '../../readers/component-flags';
import { etcdMachines, readEtcd } from '../../readers/etcd-members';
import { flagList } from '../../readers/flags';
import { readHostFirewall } from '../../readers/nftables';
import { evaluatePortSources } from '../network/port-sources';

/** Checks of where etcd runs and who reaches it. */
export const etcdPlacementChecks: readonly Check[] = [
  {
    id: 'etcd/separate-machines',
    title: 'etcd runs on machines that run nothing of Kubernetes',
    why: 'A pod that breaks out on a control-plane node would otherwise stand beside the data of the whole cluster.',
    remedy: 'Give etcd machines of its own and tell kubeadm to use it as external etcd.',
    run: separateMachines,
  },
  {
    id: 'etcd/five-members',
    title: 'etcd has five members or seven',
    why: 'With five, one member can be replaced while another fails, and writes go on.',
    remedy: 'Run five etcd members.',
    run: (facts) => {
      const count = memberCount(facts);
      if (count === undefined) return unknown('the number of etcd members is not known');
      const evidence = `${count} etcd members`;
      return count >= 5 && count % 2 === 1 ? pass(evidence) : fail(evidence);
    },
  },
  {
    id: 'etcd/client-port-restricted',
    title: 'The client port of etcd (2379) allows control-plane machines only',
    why: 'Every other machine that reaches the port can try certificates and exploits on the data store.',
    remedy: 'Allow 2379 from the security group of the control plane, and from nothing else.',
    run: (facts) =>
      onOwnMachines(facts, () => evaluatePortSources(facts, 2379, ['etcd'], ['control-plane'])),
  },
  {
    id: 'etcd/peer-port-restricted',
    title: 'The peer port of etcd (2380) allows etcd members only',
    why: 'The peer port carries the data itself: only members need it.',
    remedy: 'Allow 2380 from the security group of etcd itself, and from nothing else.',
    run: (facts) =>
      onOwnMachines(facts, () => evaluatePortSources(facts, 2380, ['etcd'], ['etcd'])),
  },
  {
    id: 'etcd/host-firewall',
    title: 'The firewall of each etcd machine drops what no rule names',
    why: 'A second barrier on the machine itself: one wrong security-group rule does not open the data store.',
    remedy: 'Give the input chain of nftables the policy drop, with accept rules by source.',
    run: (facts) =>
      verdictOf(
        etcdMachines(facts)?.flatMap((machine): Finding[] => {
          const firewalls = readHostFirewall(machine);
          if (firewalls.length === 0) {
            return [{ holds: false, evidence: `${machine.name}: no nftables input chain` }];
          }
          return firewalls.map(({ path, policy }) => ({
            holds: policy === 'drop',
            evidence: `${machine.name}: ${path}: input policy ${policy}`,
          }));
        }),
        'no etcd machine among the facts',
      ),
  },
];

function separateMachines(facts: Facts) {
  const machines = facts.machines;
  const stacked = componentFlags(facts, 'etcd').map(({ location }) => location);
  if (stacked.length > 0) return fail(...stacked.map((location) => `${location}: etcd as a pod`));
  if (machines === undefined) return unknown('no machines among the facts');
  const etcd = readEtcd(facts);
  if (etcd.length === 0) return unknown('no etcd process among the facts');
  return verdictOf(
    machines
      .filter(({ files }) => '/etc/systemd/system/etcd.service' in files)
      .map(({ name, role, files }) => {
        const kubelet = '/etc/systemd/system/kubelet.service' in files;
        return {
          holds: role === 'etcd' && !kubelet,
          evidence: `${name}: machine of tier ${role} runs etcd${kubelet ? ' and a kubelet' : ''}`,
        };
      }),
    'no machine runs etcd',
  );
}

/**
 * Members by machines, else by the addresses that the API server is given. Files of a machine that
 * looks them up when it starts do not tell how many there are.
 */
function memberCount(facts: Facts): number | undefined {
  const machines = etcdMachines(facts)?.length ?? 0;
  if (machines > 0) return machines;
  const servers = componentFlags(facts, 'kube-apiserver').map(({ flags }) =>
    flagList(flags, 'etcd-servers'),
  );
  const known = servers.filter((list) => !list.some((server) => /@\w+@/.test(server)));
  return known.length > 0 ? Math.max(...known.map((list) => list.length)) : undefined;
}

/** The clause is about etcd on machines of its own. */
function onOwnMachines(facts: Facts, evaluate: () => Verdict): Verdict {
  const machines = facts.machines ?? [];
  return machines.length > 0 && machines.every(({ role }) => role !== 'etcd')
    ? notApplicable('etcd has no machines of its own')
    : evaluate();
}
