import type { Verdict } from '../check';
import type { Facts, MachineFact } from '../facts';
import { unclear } from '../finding';
import { memoize } from '../readers/memoize';
import { unreadPolicies, wideExceptions } from './admission-policies';
import { unreadResources } from './cloud';
import { foreignCertificates, misplacedSecrets, unreadAccessControl } from './etcd';
import { emptySafeguards, unreadKubernetesFiles } from './kubeadm';
import { unreadLines } from './machine-configuration';
import { unreadFiles } from './machine-files';
import { unreadNetwork } from './pod-network';
import { unreadSettings, voidingSettings } from './settings';
import { unreadUnits } from './units';
import { unreadUserData } from './user-data';

/** What among the facts could change an answer and is not understood, one line each. */
type Guard = (facts: Facts) => readonly string[];

const onMachines =
  (
    roles: readonly MachineFact['role'][],
    look: (machine: MachineFact) => readonly string[],
  ): Guard =>
  (facts) =>
    (facts.machines ?? []).filter(({ role }) => roles.includes(role)).flatMap(look);

const wholeMachine = (machine: MachineFact) => [
  ...unreadFiles(machine),
  ...unreadUnits(machine),
  ...unreadUserData(machine),
];

const everywhere = ['etcd', 'control-plane', 'worker', 'bastion'] as const;
const lines = (about: RegExp) => onMachines(everywhere, (machine) => unreadLines(machine, about));

/** An API server, etcd or kubelet that somebody runs as a workload or by another name. */
const secondServers = memoize(({ manifests }: Facts): readonly string[] => {
  const programs =
    /(^|[/\s"'])(kube-apiserver|kube-controller-manager|kube-scheduler|kubelet|etcd)(["'\s]|$)/;
  return (manifests ?? []).flatMap(({ kind, metadata, spec }) => {
    if (
      !/^(Pod|Deployment|DaemonSet|StatefulSet|ReplicaSet|Job|CronJob|ReplicationController)$/.test(
        kind,
      )
    )
      return [];
    if (metadata.namespace === 'hardened-kube-bench') return [];
    return programs.test(JSON.stringify(spec ?? {}))
      ? [`${kind} ${metadata.name} runs a component of the control plane`]
      : [];
  });
});

const etcd: readonly Guard[] = [
  onMachines(['etcd'], wholeMachine),
  (facts) => unreadSettings(facts, 'etcd'),
  (facts) => voidingSettings(facts, ['etcd']),
  onMachines(['etcd'], unreadAccessControl),
  misplacedSecrets,
  foreignCertificates,
];
const apiServer: readonly Guard[] = [
  onMachines(['control-plane'], wholeMachine),
  (facts) => unreadSettings(facts, 'kube-apiserver'),
  (facts) => unreadSettings(facts, 'kube-controller-manager'),
  (facts) => unreadSettings(facts, 'kube-scheduler'),
  unreadKubernetesFiles,
  (facts) => voidingSettings(facts),
  emptySafeguards,
  misplacedSecrets,
  secondServers,
];
const kubelet: readonly Guard[] = [
  onMachines(['control-plane', 'worker'], wholeMachine),
  (facts) => unreadSettings(facts, 'kubelet'),
  (facts) => voidingSettings(facts, ['kubelet']),
  unreadKubernetesFiles,
];
const policies: readonly Guard[] = [
  unreadPolicies,
  wideExceptions,
  (facts) => voidingSettings(facts),
  (facts) => unreadSettings(facts, 'kube-apiserver'),
  (facts) => (facts.machines === undefined ? [] : unreadKubernetesFiles(facts)),
];
const cloud: readonly Guard[] = [unreadResources];
const machines: readonly Guard[] = [onMachines(everywhere, wholeMachine)];

/** Which worlds a check looks into, by the beginning of its id; the first that fits counts. */
const guardsOf: readonly (readonly [beginning: string, guards: readonly Guard[]])[] = [
  ['etcd/client-port-restricted', cloud],
  ['etcd/peer-port-restricted', cloud],
  ['etcd/host-firewall', [...etcd, lines(/firewall\.nft$/)]],
  ['etcd/separate-ca', [...etcd, ...apiServer]],
  ['etcd/separate-machines', [...etcd, ...apiServer, ...kubelet]],
  ['etcd/', etcd],
  ['api/etcd-tls', [...apiServer, ...etcd]],
  ['api/', apiServer],
  ['control-plane/', apiServer],
  ['kubelet/', kubelet],
  ['kube-proxy/', kubelet],
  ['exposure/', cloud],
  ['bastion/sessions-recorded', [...machines, lines(/sshd_config$/)]],
  ['bastion/', cloud],
  ['aws/', cloud],
  ['machines/volumes-encrypted', cloud],
  ['machines/ssh', [...machines, lines(/sshd_config$/)]],
  ['machines/host-firewall', [...machines, lines(/firewall\.nft$/)]],
  ['machines/kernel-settings', [...machines, lines(/sysctl\.d/)]],
  ['machines/audit-rules', [...machines, lines(/audit\/rules\.d/)]],
  ['machines/automatic-security-updates', [...machines, lines(/apt\.conf\.d/)]],
  ['machines/', machines],
  ['pod-security/namespaces-labelled', policies],
  ['pod-security/', [...apiServer, ...policies]],
  ['admission/', policies],
  ['images/', policies],
  ['rbac/', policies],
  ['service-accounts/default-automount-off', []],
  ['service-accounts/', policies],
  ['workloads/pods-', policies],
  ['network-policies/', [unreadNetwork]],
  ['versions/', []],
  ['certificates/approver', [...apiServer, ...kubelet]],
  ['certificates/', [onMachines(['control-plane'], wholeMachine), unreadKubernetesFiles]],
  ['backup/scheduled', etcd],
  ['backup/at-least-weekly', etcd],
  ['backup/', cloud],
  ['distribution/etcd-quorum', etcd],
  ['distribution/zone-label', kubelet],
  ['distribution/region-label', kubelet],
  ['distribution/', cloud],
];

/**
 * Closes the world of a check: an answer that holds becomes unknown where something among the facts
 * could change it and no reader understands it. A failure stays one.
 */
export function closeWorld(check: string, verdict: Verdict, facts: Facts): Verdict {
  if (verdict.status !== 'pass' || !closed(facts)) return verdict;
  const guards = guardsOf.find(([beginning]) => check.startsWith(beginning))?.[1] ?? [];
  const found = [...new Set(guards.flatMap((guard) => remember(guard)(facts)))];
  if (found.length === 0) return verdict;
  const more = found.length - shown;
  return unclear([...found.slice(0, shown), ...(more > 0 ? [`and ${more} more`] : [])]);
}

const remembered = new Map<Guard, Guard>();

/** Dozens of checks stand behind one guard, which is asked once. */
function remember(guard: Guard): Guard {
  const known = remembered.get(guard) ?? memoize(guard);
  remembered.set(guard, known);
  return known;
}

/** As many reasons as a reader takes in; one is enough to leave an answer open. */
const shown = 10;

/** Made-up facts of a running cluster hold no files: there is no world to close. */
function closed({ source }: Facts): boolean {
  return source !== 'cluster';
}
