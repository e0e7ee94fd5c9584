import type { Check } from '../../check';
import { fail, pass, unknown, verdictOf, type Finding } from '../../finding';
import { componentFlags } from '../../readers/component-flags';
import { documentsOfKind } from '../../readers/documents';
import { durationHours } from '../../readers/duration';
import { flagValue } from '../../readers/flags';
import { textAt } from '../../readers/values';

const hoursOfYear = 366 * 24;
/** What kubeadm takes where its configuration says nothing. */
const kubeadmDefaultHours = 365 * 24;

/** Lifetimes and renewal of certificates. */
export const certificateChecks: readonly Check[] = [
  {
    id: 'certificates/at-most-a-year',
    title: 'Certificates of members, clients and components live a year at most',
    why: 'What is renewed every year keeps being renewable, and a stolen key is worth less.',
    remedy:
      'Issue certificates for 365 days at most; set certificateValidityPeriod for kubeadm and --cluster-signing-duration.',
    run: (facts) => {
      const issued = (facts.certificates ?? [])
        .filter(({ isCa }) => !isCa)
        .map(({ name, validityDays }): Finding => ({
          holds: validityDays <= 366,
          evidence: `${name}: ${validityDays} days`,
        }));
      const kubeadm = (documentsOfKind(facts, 'ClusterConfiguration') ?? []).map(
        ({ machine, path, content }) => {
          const text = textAt(content, 'certificateValidityPeriod');
          const hours = text === undefined ? kubeadmDefaultHours : durationHours(text);
          return {
            holds: hours !== undefined && hours <= hoursOfYear,
            evidence: `${machine.name}: ${path}: certificateValidityPeriod ${text ?? 'is not set (a year)'}`,
          };
        },
      );
      const signed = componentFlags(facts, 'kube-controller-manager').map(({ location, flags }) => {
        const text = flagValue(flags, 'cluster-signing-duration');
        const hours = text === undefined ? kubeadmDefaultHours : durationHours(text);
        return {
          holds: hours !== undefined && hours <= hoursOfYear,
          evidence: `${location}: --cluster-signing-duration=${text ?? 'not set (a year)'}`,
        };
      });
      return verdictOf([...issued, ...kubeadm, ...signed], 'no certificates among the facts');
    },
  },
  {
    id: 'certificates/approver',
    title: 'Something approves the serving certificates that kubelets ask for',
    why: 'Requests that are never approved leave kubelets without certificates, and logs and exec without answers.',
    remedy: 'Run an approver that holds each request against the node it comes from.',
    run: (facts) => {
      if (!facts.machines && !facts.manifests) return unknown('neither machines nor manifests');
      const machines = (facts.machines ?? []).flatMap(({ name, files }) =>
        Object.entries(files)
          .filter(
            ([path, { content }]) =>
              !path.startsWith('/etc/systemd/') &&
              /certificate approve|certificatesigningrequests\/[^\s]*approval|certificatesigningrequests\/approval/.test(
                content,
              ),
          )
          .map(([path]) => `${name}: ${path}`),
      );
      const workloads = (facts.manifests ?? [])
        .filter(({ kind }) => ['Deployment', 'DaemonSet', 'CronJob', 'StatefulSet'].includes(kind))
        .filter(({ metadata }) => /csr|certificate.*approver|approver/.test(metadata.name))
        .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      const found = [...machines, ...workloads];
      if (found.length > 0) return pass(...found);
      // It may be a workload or run on a machine: only who sees both can say that there is none.
      return facts.machines && facts.manifests
        ? fail('nothing approves certificate requests')
        : unknown('nothing of what is known approves certificate requests');
    },
  },
  {
    id: 'certificates/ca-lifetime',
    title: 'Certificate authorities live for more than two years and ten at most',
    why: 'One that lives for ever is never renewed; one that ends soon takes the cluster with it.',
    remedy: 'Give CAs between two and ten years and renew them within.',
    run: ({ certificates }) =>
      verdictOf(
        certificates
          ?.filter(({ isCa }) => isCa)
          .map(({ name, validityDays }): Finding => ({
            holds: validityDays > 730 && validityDays <= 3653,
            evidence: `${name}: ${validityDays} days`,
          })),
        'no certificate authority among the facts',
      ),
  },
];
