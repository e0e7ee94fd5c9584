import type { Check } from '../../check';
import type { Facts } from '../../facts';
import { pass, unknown, verdictOf, type Finding } from '../../finding';
import { readCloud, resolve, resourcesOfKind } from '../../readers/cloud';
import { roleOf } from '../../readers/cloud-roles';
import {
  readExposures,
  readPublicListeners,
  showExposure,
  type Exposure,
} from '../../readers/exposure';
import { publicSubnets, readHosts, subnetsWithWayOut } from '../../readers/hosts';
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
      judgeExposures(facts, 'nothing is open from outside', (exposure) => ({
        holds: !kubernetesPorts.some(
          ({ from, to, protocol }) =>
            exposure.from <= to &&
            from <= exposure.to &&
            [protocol, '-1', 'all'].includes(exposure.protocol),
        ),
        evidence: showExposure(exposure),
      })),
  },
  {
    id: 'exposure/only-named-ports',
    title: 'From outside, machines are open on 6443, NodePorts and SSH of the bastion alone',
    why: 'Each port more is one more thing to attack.',
    remedy: 'Remove the security-group rule, or narrow its ports.',
    run: (facts) =>
      judgeExposures(facts, 'nothing is open from outside', (exposure) => {
        const role = exposure.target && roleOf(exposure.target);
        const { from, to } = exposure;
        const ssh = from === 22 && to === 22 && role === 'bastion';
        const api = from === apiServerPort && to === apiServerPort;
        const holds =
          ssh || (api && role !== 'worker' && role !== 'etcd') || isNodePortRange(from, to);
        return { holds: holds && exposure.protocol !== '-1', evidence: showExposure(exposure) };
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
            evidence: `${loadBalancer.name}: listens on ${port}${to}, for ${cidrs.join(', ') || 'nobody'}`,
          };
        }),
        noCloud,
      );
    },
  },
  {
    id: 'exposure/kubelet-internal',
    title: 'The kubelet API (10250) is let in from inside alone',
    why: 'It runs commands in containers; one flaw in its login opens the node.',
    remedy: 'Allow 10250 from the security group of the control plane alone.',
    run: (facts) =>
      judgeExposures(facts, 'nothing outside is let in to 10250', (exposure) => ({
        holds: !(exposure.from <= 10250 && 10250 <= exposure.to),
        evidence: showExposure(exposure),
      })),
  },
  {
    id: 'exposure/api-not-from-everywhere',
    title: 'The API server is closed to the internet at large',
    why: 'Named networks keep out everybody who merely scans addresses.',
    remedy: 'Name networks in access.apiCidrs, or leave it empty for a private API.',
    run: (facts) =>
      judgeExposures(facts, 'the API server has no public way in', (exposure) => ({
        holds: !(
          exposure.from <= apiServerPort &&
          apiServerPort <= exposure.to &&
          exposure.cidrs.some((cidr) => cidr === '0.0.0.0/0' || cidr === '::/0')
        ),
        evidence: showExposure(exposure),
      })),
  },
  {
    id: 'exposure/private-machines',
    title: 'etcd, control plane and workers have no public address and lie in private subnets',
    why: 'Without an address a wrong rule exposes nothing.',
    remedy:
      'Place them in subnets without a route to an internet gateway, without public addresses.',
    run: (facts) => {
      const [hosts, open, cloud] = [readHosts(facts), publicSubnets(facts), readCloud(facts)];
      const machines = hosts?.filter(({ resource }) => roleOf(resource) !== 'bastion');
      return verdictOf(
        machines?.map(({ name, publicAddress, subnets }): Finding => {
          const outside = subnets.filter((subnet) => open?.has(subnet));
          const names = outside.map((urn) => (cloud && resolve(cloud, urn)?.name) ?? urn);
          return {
            holds: !publicAddress && outside.length === 0 && subnets.length > 0,
            evidence: `${name}: ${publicAddress ? 'public address' : 'no public address'}, ${
              subnets.length === 0
                ? 'subnet not known'
                : names.length > 0
                  ? `public subnet ${names.join(', ')}`
                  : `${subnets.length} private subnet${subnets.length === 1 ? '' : 's'}`
            }`,
          };
        }),
        noCloud,
      );
    },
  },
  {
    id: 'exposure/etcd-without-internet-route',
    title: 'Subnets of etcd have no way out to the internet',
    why: 'Who breaks into the data store can then neither fetch tools nor carry data away.',
    remedy: 'Give etcd subnets of their own, with gateway and interface endpoints alone.',
    run: (facts) => {
      const [hosts, leading, cloud] = [
        readHosts(facts),
        subnetsWithWayOut(facts),
        readCloud(facts),
      ];
      const used = hosts
        ?.filter(({ resource }) => roleOf(resource) === 'etcd')
        .flatMap(({ subnets }) => subnets);
      return verdictOf(
        used &&
          [...new Set(used)].map((urn): Finding => {
            const name = (cloud && resolve(cloud, urn)?.name) ?? urn;
            const way = leading?.has(urn) === true;
            return { holds: !way, evidence: `${name}: ${way ? 'a' : 'no'} route to the internet` };
          }),
        'no etcd machine with a subnet among the facts',
      );
    },
  },
];

function judgeExposures(facts: Facts, nothing: string, judge: (exposure: Exposure) => Finding) {
  const exposures = readExposures(facts);
  const cloud = readCloud(facts);
  if (!exposures || !cloud || resourcesOfKind(cloud, 'SecurityGroup').length === 0) {
    return unknown('no security groups among the facts');
  }
  return exposures.length === 0 ? pass(nothing) : verdictOf(exposures.map(judge), nothing);
}
