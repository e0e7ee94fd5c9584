import { securityGroupRuleLimit } from '../../lib/aws/hops';
import type { Problem } from '../../lib/blueprint/problem';
import { parseCidr } from '../../lib/blueprint/ipv4';
import { nodePorts } from '../../lib/network/plan-port-matrix';
import type { Peer, PortMatrix, PortRule, Tier } from '../../lib/network/port-matrix';

/** What may be reached from outside at all, whatever the matrix says. */
const openToOutside: Readonly<Partial<Record<Tier, readonly PortRule['ports'][]>>> = {
  'public-load-balancer': [{ from: 6443, to: 6443 }, nodePorts],
  'internal-load-balancer': [{ from: 6443, to: 6443 }],
  worker: [nodePorts],
  bastion: [{ from: 22, to: 22 }],
};

/** Who may reach the ports of etcd at all. */
const etcdSources: Readonly<Record<number, Tier>> = { 2379: 'control-plane', 2380: 'etcd' };

/**
 * What a port matrix must hold to whatever wrote it; empty when all is well.
 *
 * The planner keeps to it, but a component can be given any matrix.
 */
export function checkPortMatrix(matrix: PortMatrix): Problem[] {
  const perRule = matrix.flatMap((rule, index) => {
    const path = `portMatrix[${index}] (${rule.id})`;
    return [
      ...(matrix.findIndex(({ id }) => id === rule.id) === index
        ? []
        : [{ path: `${path}.id`, got: rule.id, expected: 'an id not used before' }]),
      ...checkText(path, rule),
      ...checkPorts(path, rule),
      ...checkEnds(path, rule),
      ...checkOutside(path, rule),
      ...checkEtcd(path, rule),
    ];
  });
  return [...perRule, ...checkRuleCounts(matrix)];
}

/** A security group takes so many rules a direction, one of which is for path-MTU discovery. */
function checkRuleCounts(matrix: PortMatrix): Problem[] {
  const ends = { ingress: 'to', egress: 'from' } as const;
  return (['ingress', 'egress'] as const).flatMap((direction) => {
    const counts = new Map<Tier, number>();
    for (const rule of matrix) {
      const [own, other] = [rule[ends[direction]], rule[direction === 'ingress' ? 'from' : 'to']];
      if (own.kind !== 'tier') continue;
      const rules = other.kind === 'cidrs' ? other.cidrs.length : 1;
      counts.set(own.tier, (counts.get(own.tier) ?? 0) + rules);
    }
    return [...counts].flatMap(([tier, count]) =>
      count < securityGroupRuleLimit
        ? []
        : [
            {
              path: `portMatrix (${tier})`,
              got: `${count} ${direction} rules`,
              expected: `fewer than the ${securityGroupRuleLimit} that a security group takes`,
            },
          ],
    );
  });
}

function checkText(path: string, { id, why }: PortRule): Problem[] {
  return [
    ...(/^[a-z][a-z0-9-]*$/.test(id)
      ? []
      : [{ path: `${path}.id`, got: id, expected: 'lower-case letters, digits and hyphens' }]),
    // What EC2 takes in the description of a rule.
    ...(/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,200}$/.test(why)
      ? []
      : [{ path: `${path}.why`, got: why, expected: '1 to 200 characters that EC2 accepts' }]),
  ];
}

function checkPorts(path: string, { ports }: PortRule): Problem[] {
  const { from, to } = ports;
  const valid = Number.isInteger(from) && Number.isInteger(to) && 1 <= from && from <= to;
  return valid && to <= 65535
    ? []
    : [{ path: `${path}.ports`, got: ports, expected: 'ports from 1 to 65535, lower one first' }];
}

function checkEnds(path: string, { from, to }: PortRule): Problem[] {
  const problems = [...checkCidrs(`${path}.from`, from), ...checkCidrs(`${path}.to`, to)];
  if (from.kind !== 'tier' && to.kind !== 'tier') {
    problems.push({ path, got: { from, to }, expected: 'a tier at one end at least' });
  }
  if (from.kind === 'prefix-list') {
    problems.push({ path: `${path}.from`, got: from, expected: 'a tier or networks' });
  }
  return problems;
}

function checkCidrs(path: string, peer: Peer): Problem[] {
  if (peer.kind !== 'cidrs') return [];
  return peer.cidrs.flatMap((cidr, index) =>
    parseCidr(cidr) && peer.cidrs.indexOf(cidr) === index
      ? []
      : [
          {
            path: `${path}.cidrs[${index}]`,
            got: cidr,
            expected: 'an IPv4 CIDR such as "203.0.113.0/24", once',
          },
        ],
  );
}

function checkOutside(path: string, { from, to, ports, protocol }: PortRule): Problem[] {
  if (from.kind !== 'cidrs' || to.kind !== 'tier') return [];
  const open = openToOutside[to.tier] ?? [];
  const within = open.some((range) => range.from <= ports.from && ports.to <= range.to);
  const problems: Problem[] = [];
  if (!within || protocol !== 'tcp') {
    problems.push({
      path: `${path}.to`,
      got: { tier: to.tier, ports, protocol },
      expected:
        'from outside only TCP 6443 of the load balancers, 30000-32767 of workers and 22 of the bastion',
    });
  }
  if (to.tier === 'bastion' && from.cidrs.some((cidr) => (parseCidr(cidr)?.prefix ?? 0) < 8)) {
    problems.push({
      path: `${path}.from`,
      got: from.cidrs,
      expected: 'named networks of /8 or smaller: SSH is never opened to everyone',
    });
  }
  return problems;
}

function checkEtcd(path: string, { from, to, ports, protocol }: PortRule): Problem[] {
  if (to.kind !== 'tier' || to.tier !== 'etcd') return [];
  const allowed =
    protocol === 'tcp' &&
    ports.from === ports.to &&
    from.kind === 'tier' &&
    (etcdSources[ports.from] === from.tier || (ports.from === 22 && from.tier === 'bastion'));
  return allowed
    ? []
    : [
        {
          path,
          got: { from, ports, protocol },
          expected:
            'to etcd only 2379 from the control plane, 2380 from members and 22 from the bastion',
        },
      ];
}
