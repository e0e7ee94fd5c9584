import type { Check, Verdict } from '../../check';
import type { Facts } from '../../facts';
import { pass, unknown, verdictOf, type Finding } from '../../finding';
import { readCloud, resourcesOfKind } from '../../readers/cloud';
import { roleOf } from '../../readers/cloud-roles';
import {
  readExposures,
  readPublicListeners,
  showExposure,
  type Exposure,
} from '../../readers/exposure';
import { isWide } from '../../readers/networks';
import { evaluatePortSources } from './port-sources';
import { apiServerPort, isNodePortRange, kubernetesPorts } from './kubernetes-ports';

const noCloud = 'no cloud resources among the facts';

/** What can be reached from outside, computed from subnets, routes, rules and listeners. */
export const exposureChecks: readonly Check[] = [
  {
    id: 'exposure/kubernetes-ports',
    title: 'From outside, no port of Kubernetes is open but 6443 and NodePorts',
    why: 'etcd, kubelets and the parts of the control plane were never meant to face the internet.',
    remedy: 'Remove the security-group rule; reach these ports from inside or through the bastion.',
    run: (facts) =>
      evaluateExposures(
        facts,
        (exposure) =>
          !kubernetesPorts.some(
            ({ from, to, protocol }) =>
              exposure.from <= to &&
              from <= exposure.to &&
              [protocol, '-1'].includes(exposure.protocol),
          ),
      ),
  },
  {
    id: 'exposure/only-named-ports',
    title: 'From outside, machines are open on 6443, NodePorts and SSH of the bastion alone',
    why: 'Each port more is one more thing to attack.',
    remedy: 'Remove the security-group rule, or narrow its ports.',
    run: (facts) =>
      evaluateExposures(facts, (exposure) => {
        const role = exposure.target && roleOf(exposure.target);
        const { from, to } = exposure;
        const ssh = from === 22 && to === 22 && role === 'bastion';
        const api = from === apiServerPort && to === apiServerPort;
        const holds =
          ssh || (api && role !== 'worker' && role !== 'etcd') || isNodePortRange(from, to);
        return holds && exposure.protocol !== '-1';
      }),
  },
  {
    id: 'exposure/load-balancer-listeners',
    title: 'Public load balancers lead to no port but 6443 and NodePorts',
    why: 'A listener can lead from a harmless port to one that must not be open.',
    remedy: 'Remove the listener, or make the load balancer internal.',
    run: (facts) => {
      const listeners = readPublicListeners(facts);
      const cloud = readCloud(facts);
      if (listeners?.length === 0 && cloud && cloud.resources.length > 0) {
        return pass('no public load balancer listens');
      }
      return verdictOf(
        listeners?.map(({ loadBalancer, port, targetPorts, cidrs }): Finding => {
          const ports = targetPorts.length > 0 ? targetPorts : [port];
          const to = ports.length > 0 ? ` to ${ports.join(', ')}` : '';
          return {
            holds: [port, ...ports].every(
              (number) => number === apiServerPort || isNodePortRange(number, number),
            ),
            evidence: `${loadBalancer.name}: listens on ${port}${to}, for ${cidrs.join(', ') || 'no source'}`,
          };
        }),
        noCloud,
      );
    },
  },
  {
    id: 'exposure/kubelet-internal',
    title: 'The kubelet API (10250) is reachable from inside the VPC only',
    why: 'It runs commands in containers; one flaw in its login opens the node.',
    remedy: 'Allow 10250 from the security group of the control plane alone.',
    run: (facts) => evaluateExposures(facts, ({ from, to }) => !(from <= 10250 && 10250 <= to)),
  },
  {
    id: 'exposure/kubelet-from-control-plane',
    title: 'The kubelet API (10250) allows control-plane machines only',
    why: 'Workers have no business with the kubelets of other workers; an intruder on one has.',
    remedy: 'Allow 10250 from the security group of the control plane alone.',
    run: (facts) =>
      evaluatePortSources(facts, 10250, ['control-plane', 'worker'], ['control-plane']),
  },
  {
    id: 'exposure/api-not-from-everywhere',
    title: 'The API server is closed to the internet at large',
    why: 'Named networks keep out everybody who merely scans addresses.',
    remedy: 'Name networks in access.apiCidrs, or leave it empty for a private API.',
    run: (facts) =>
      evaluateExposures(
        facts,
        ({ from, to, cidrs }) =>
          !(from <= apiServerPort && apiServerPort <= to && cidrs.some(isWide)),
      ),
  },
];

/** Fails with the exposures that are wrong; else passes with what is open from outside. */
function evaluateExposures(facts: Facts, allowed: (exposure: Exposure) => boolean): Verdict {
  const exposures = readExposures(facts);
  const cloud = readCloud(facts);
  if (!exposures || !cloud || resourcesOfKind(cloud, 'SecurityGroup').length === 0) {
    return unknown('no security groups among the facts');
  }
  if (exposures.length === 0) return pass('no rule allows inbound traffic from outside');
  return verdictOf(
    exposures.map((exposure): Finding => ({
      holds: allowed(exposure),
      evidence: showExposure(exposure),
    })),
    'no rule allows inbound traffic from outside',
  );
}
