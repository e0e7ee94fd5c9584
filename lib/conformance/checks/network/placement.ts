import type { Check } from '../../check';
import { fail, unknown, verdictOf, type Finding } from '../../finding';
import { blocks, readCloud, resolve, resourcesOfKind } from '../../readers/cloud';
import { roleOf } from '../../readers/cloud-roles';
import { readIngressRules } from '../../readers/firewall-rules';
import { readHosts } from '../../readers/hosts';
import { publicSubnets, subnetsWithWayOut } from '../../readers/routes';

const noCloud = 'no cloud resources among the facts';

/** Where machines lie in the network. */
export const placementChecks: readonly Check[] = [
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
  {
    id: 'exposure/default-group-closed',
    title: 'The default security group of the VPC allows no traffic',
    why: 'Whatever is started without a group of its own gets this one; by default its members reach each other.',
    remedy: 'Take the default security group over and leave it without rules.',
    run: (facts) => {
      const [cloud, rules] = [readCloud(facts), readIngressRules(facts)];
      if (!cloud || !rules) return unknown(noCloud);
      const vpcs = resourcesOfKind(cloud, 'Vpc');
      const groups = resourcesOfKind(cloud, 'DefaultSecurityGroup');
      if (vpcs.length === 0) return unknown('no VPC among the facts');
      if (groups.length < vpcs.length)
        return fail('the default security group is left as AWS made it');
      return verdictOf(
        groups.map(({ urn, name, inputs }): Finding => {
          const count =
            rules.filter(({ group }) => group === urn).length + blocks(inputs, 'egress').length;
          return { holds: count === 0, evidence: `${name}: ${count} rules` };
        }),
        noCloud,
      );
    },
  },
];
