import { limits } from '../../lib/aws/limits';
import type { Problem } from '../../lib/blueprint/problem';
import { parseCidr } from '../../lib/blueprint/ipv4';
import { highestPort, namedPorts, nodePorts } from '../../lib/network/ports';
import type { Peer, PortMatrix, PortRule, Tier } from '../../lib/network/port-matrix';

const one = (name: keyof typeof namedPorts) => ({ from: namedPorts[name], to: namedPorts[name] });

/** What may be reached from outside at all, whatever the matrix says. */
const openToOutside: Readonly<Partial<Record<Tier, readonly PortRule['ports'][]>>> = {
  'public-load-balancer': [one('apiServer'), nodePorts],
  'internal-load-balancer': [one('apiServer')],
  worker: [nodePorts],
  bastion: [one('ssh')],
};

/** Who may reach the ports of etcd at all. */
const etcdSources: Readonly<Record<number, Tier>> = {
  [namedPorts.etcdClient]: 'control-plane',
  [namedPorts.etcdPeer]: 'etcd',
};

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
      count < limits.rulesOfSecurityGroup
        ? []
        : [
            {
              path: `portMatrix (${tier})`,
              got: `${count} ${direction} rules`,
              expected: `fewer than the ${limits.rulesOfSecurityGroup} that a security group takes`,
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
  return valid && to <= highestPort
    ? []
    : [
        {
          path: `${path}.ports`,
          got: ports,
          expected: `ports from 1 to ${highestPort}, lower one first`,
        },
      ];
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
      expected: `from outside only TCP ${namedPorts.apiServer} of the load balancers, ${nodePorts.from}-${nodePorts.to} of workers and ${namedPorts.ssh} of the bastion`,
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
    (etcdSources[ports.from] === from.tier ||
      (ports.from === namedPorts.ssh && from.tier === 'bastion'));
  return allowed
    ? []
    : [
        {
          path,
          got: { from, ports, protocol },
          expected: `to etcd only ${namedPorts.etcdClient} from the control plane, ${namedPorts.etcdPeer} from members and ${namedPorts.ssh} from the bastion`,
        },
      ];
}
