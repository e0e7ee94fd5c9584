import type { Blueprint } from '../blueprint/blueprint';
import type { Peer, PortMatrix, PortRule, Tier } from './port-matrix';
import { namedPorts, nodePorts } from './ports';

const tier = (name: Tier): Peer => ({ kind: 'tier', tier: name });
const internet: Peer = { kind: 'cidrs', name: 'internet', cidrs: ['0.0.0.0/0'] };
const s3: Peer = { kind: 'prefix-list', service: 's3' };
const port = (name: keyof typeof namedPorts) => ({ from: namedPorts[name], to: namedPorts[name] });

/** Plans every allowed flow of a cluster; the one list that all firewalls, docs and probes use. */
export function planPortMatrix(blueprint: Blueprint): PortMatrix {
  return [
    ...apiRules(blueprint),
    ...nodePortRules(blueprint),
    ...etcdRules(),
    ...kubeletRules(),
    ...podNetworkRules(blueprint),
    ...bastionRules(blueprint),
    ...egressRules(blueprint),
  ];
}

function apiRules({ access, bastion }: Blueprint): PortRule[] {
  const outside: PortRule[] =
    access.apiCidrs.length === 0
      ? []
      : [
          {
            id: 'api-from-outside',
            from: { kind: 'cidrs', name: 'api-clients', cidrs: access.apiCidrs },
            to: tier('public-load-balancer'),
            ports: port('apiServer'),
            protocol: 'tcp',
            why: 'Kubernetes API for the networks named in access.apiCidrs',
            clauses: ['scs-0217/endpoints/external-ports'],
          },
          {
            id: 'api-from-public-load-balancer',
            from: tier('public-load-balancer'),
            to: tier('control-plane'),
            ports: port('apiServer'),
            protocol: 'tcp',
            why: 'Public load balancer passes API connections and health checks on',
            clauses: ['scs-0217/endpoints/external-ports'],
          },
        ];
  const clients: readonly Tier[] = ['control-plane', 'worker'];
  return [
    ...outside,
    ...privateApiRules(access.privateApiCidrs),
    // Without a public API the bastion is the way in that needs no network of the user's own.
    ...(access.apiCidrs.length > 0 || bastion.access === 'none'
      ? []
      : [
          {
            id: 'api-from-bastion',
            from: tier('bastion'),
            to: tier('internal-load-balancer'),
            ports: port('apiServer'),
            protocol: 'tcp',
            why: 'Tunnels through the bastion to the private API',
            clauses: ['scs-0217/endpoints/external-ports', 'guide/bastion-host'],
          } as const,
        ]),
    ...clients.map((client): PortRule => ({
      id: `api-from-${client}`,
      from: tier(client),
      to: tier('internal-load-balancer'),
      ports: port('apiServer'),
      protocol: 'tcp',
      why: `Kubelets and pods of the ${client} tier reach the API inside the VPC`,
      clauses: ['scs-0217/endpoints/external-ports'],
    })),
    {
      id: 'api-from-internal-load-balancer',
      from: tier('internal-load-balancer'),
      to: tier('control-plane'),
      ports: port('apiServer'),
      protocol: 'tcp',
      why: 'Internal load balancer passes API connections and health checks on',
      clauses: ['scs-0217/endpoints/external-ports'],
    },
    ...clients.map((client): PortRule => ({
      id: `api-direct-from-${client}`,
      from: tier(client),
      to: tier('control-plane'),
      ports: port('apiServer'),
      protocol: 'tcp',
      why: `Service kubernetes.default leads pods of the ${client} tier straight to an API server`,
      clauses: ['scs-0217/endpoints/external-ports'],
    })),
  ];
}

function privateApiRules(cidrs: readonly string[]): PortRule[] {
  if (cidrs.length === 0) return [];
  return [
    {
      id: 'api-from-private-networks',
      from: { kind: 'cidrs', name: 'private-api-clients', cidrs },
      to: tier('internal-load-balancer'),
      ports: port('apiServer'),
      protocol: 'tcp',
      why: 'Kubernetes API for the networks named in access.privateApiCidrs',
      clauses: ['scs-0217/endpoints/external-ports'],
    },
  ];
}

function nodePortRules({ access, workers }: Blueprint): PortRule[] {
  if (access.nodePortCidrs.length === 0) return [];
  const clients: Peer = { kind: 'cidrs', name: 'node-port-clients', cidrs: access.nodePortCidrs };
  const common = {
    ports: nodePorts,
    protocol: 'tcp',
    clauses: ['scs-0217/endpoints/external-ports'],
  } as const;
  const direct: PortRule = {
    ...common,
    id: 'node-ports-from-outside',
    from: clients,
    to: tier('worker'),
    why: 'NodePort Services for the networks named in access.nodePortCidrs',
  };
  if (workers.every((pool) => pool.nodePorts.length === 0)) return [direct];
  return [
    direct,
    {
      ...common,
      id: 'node-ports-from-outside-by-load-balancer',
      from: clients,
      to: tier('public-load-balancer'),
      why: 'NodePort listeners of the public load balancer for access.nodePortCidrs',
    },
    {
      ...common,
      id: 'node-ports-from-public-load-balancer',
      from: tier('public-load-balancer'),
      to: tier('worker'),
      why: 'Public load balancer passes NodePort connections and health checks on',
    },
  ];
}

function etcdRules(): PortRule[] {
  return [
    {
      id: 'etcd-clients',
      from: tier('control-plane'),
      to: tier('etcd'),
      ports: port('etcdClient'),
      protocol: 'tcp',
      why: 'API servers are the only clients of etcd',
      clauses: ['scs-0217/etcd/restricted-access'],
    },
    {
      id: 'etcd-peers',
      from: tier('etcd'),
      to: tier('etcd'),
      ports: port('etcdPeer'),
      protocol: 'tcp',
      why: 'etcd members replicate to each other',
      clauses: ['scs-0217/etcd/restricted-access'],
    },
  ];
}

function kubeletRules(): PortRule[] {
  const servers: readonly Tier[] = ['control-plane', 'worker'];
  return servers.map((server): PortRule => ({
    id: `kubelet-of-${server}`,
    from: tier('control-plane'),
    to: tier(server),
    ports: port('kubelet'),
    protocol: 'tcp',
    why: `API servers reach the kubelets of the ${server} tier for logs and exec`,
    clauses: ['scs-0217/kubelet/internal-https'],
  }));
}

function podNetworkRules({ network }: Blueprint): PortRule[] {
  const nodes: readonly Tier[] = ['control-plane', 'worker'];
  const encrypted = network.podEncryption === 'wireguard';
  return nodes.flatMap((from) =>
    nodes.flatMap((to): PortRule[] => [
      {
        id: `pods-${from}-to-${to}`,
        from: tier(from),
        to: tier(to),
        ports: port('vxlan'),
        protocol: 'udp',
        why: `Pod network (VXLAN) from the ${from} tier to the ${to} tier`,
        clauses: ['guide/network-policies'],
      },
      ...(encrypted
        ? [
            {
              id: `pods-encrypted-${from}-to-${to}`,
              from: tier(from),
              to: tier(to),
              ports: port('wireGuard'),
              protocol: 'udp',
              why: `Encrypted pod network (WireGuard) from the ${from} tier to the ${to} tier`,
              clauses: ['guide/network-policies'],
            } as const,
          ]
        : []),
    ]),
  );
}

function bastionRules({ access, bastion }: Blueprint): PortRule[] {
  if (bastion.access !== 'ssh') return [];
  const targets: readonly Tier[] = ['control-plane', 'worker', 'etcd'];
  return [
    {
      id: 'ssh-to-bastion',
      from: { kind: 'cidrs', name: 'ssh-clients', cidrs: access.sshCidrs },
      to: tier('bastion'),
      ports: port('ssh'),
      protocol: 'tcp',
      why: 'SSH to the bastion alone, for the networks named in access.sshCidrs',
      clauses: ['guide/bastion-host'],
    },
    ...targets.map((target): PortRule => ({
      id: `ssh-from-bastion-to-${target}`,
      from: tier('bastion'),
      to: tier(target),
      ports: port('ssh'),
      protocol: 'tcp',
      why: `Jumps from the bastion to machines of the ${target} tier`,
      clauses: ['guide/bastion-host'],
    })),
  ];
}

function egressRules({ bastion }: Blueprint): PortRule[] {
  const machines: readonly Tier[] = [
    'control-plane',
    'worker',
    'etcd',
    ...(bastion.access === 'none' ? [] : (['bastion'] as const)),
  ];
  return machines.flatMap((from): PortRule[] => [
    {
      id: `aws-endpoints-from-${from}`,
      from: tier(from),
      to: tier('endpoints'),
      ports: port('https'),
      protocol: 'tcp',
      why: `AWS APIs by interface endpoints for the ${from} tier`,
      clauses: ['guide/private-topology'],
    },
    {
      id: `s3-from-${from}`,
      from: tier(from),
      to: s3,
      ports: port('https'),
      protocol: 'tcp',
      why: `Bucket of the cluster by the gateway endpoint for the ${from} tier`,
      clauses: ['guide/private-topology'],
    },
    ...(from === 'etcd'
      ? []
      : [
          {
            id: `https-from-${from}`,
            from: tier(from),
            to: internet,
            ports: port('https'),
            protocol: 'tcp',
            why: `Images and security updates over HTTPS for the ${from} tier`,
            clauses: ['guide/private-topology'],
          } as const,
        ]),
  ]);
}
