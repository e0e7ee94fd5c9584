import type { Properties, RecordedResource } from './mocks';

/** A network interface somewhere in the VPC. */
export interface Host {
  readonly address: string;
  readonly subnet: string;
  readonly securityGroup: string;
  /** Whether it has an address of the internet. */
  readonly isPublic: boolean;
}

export interface Flow {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

interface Peer {
  readonly address: string;
  /** Security groups of the other end; none outside the VPC. */
  readonly securityGroup?: string;
}

/** How the packets of a connection look on the wire, where that is not the usual. */
export interface Wire {
  /** Port that the client connects from, and answers go to. @default 40000 */
  readonly clientPort?: number;
  /**
   * Address that packets carry though another host sends them: that of the client of a load balancer
   * which keeps it. The security groups know the sender all the same.
   */
  readonly source?: string;
}

/**
 * What AWS lets through, read from nothing but registered resources: routes, network ACLs (in both
 * directions, since they know no connections) and security groups. Written apart from the planners.
 */
export class ReachabilityModel {
  constructor(private readonly resources: readonly RecordedResource[]) {}

  /** Whether a connection from an address of the internet arrives. */
  fromOutside(source: string, host: Host, flow: Flow, { clientPort = 40000 }: Wire = {}): boolean {
    return (
      host.isPublic &&
      this.routeToInternet(host.subnet) === 'gateway' &&
      this.aclAllows(host.subnet, 'ingress', source, flow) &&
      this.aclAllows(host.subnet, 'egress', source, { ...flow, port: clientPort }) &&
      this.groupAllows('ingress', host.securityGroup, { address: source }, flow)
    );
  }

  /** Whether a connection between two hosts of the VPC arrives. */
  between(
    from: Host,
    to: Host,
    flow: Flow,
    { clientPort = 40000, source = from.address }: Wire = {},
  ): boolean {
    const reply = { ...flow, port: clientPort };
    const acl =
      from.subnet === to.subnet ||
      (this.aclAllows(from.subnet, 'egress', to.address, flow) &&
        this.aclAllows(to.subnet, 'ingress', source, flow) &&
        this.aclAllows(to.subnet, 'egress', source, reply) &&
        this.aclAllows(from.subnet, 'ingress', to.address, reply));
    return (
      acl &&
      this.groupAllows('egress', from.securityGroup, to, flow) &&
      this.groupAllows('ingress', to.securityGroup, from, flow)
    );
  }

  /** Whether a host may open a connection to an address of the internet, by whichever gateway. */
  toOutside(from: Host, target: string, flow: Flow, { clientPort = 40000 }: Wire = {}): boolean {
    const route = this.routeToInternet(from.subnet);
    return (
      (route === 'nat' || (route === 'gateway' && from.isPublic)) &&
      this.aclAllows(from.subnet, 'egress', target, flow) &&
      this.aclAllows(from.subnet, 'ingress', target, { ...flow, port: clientPort }) &&
      this.groupAllows('egress', from.securityGroup, { address: target }, flow)
    );
  }

  private ofType(type: string): readonly Properties[] {
    return this.resources.filter((r) => r.type === type).map(({ inputs }) => inputs);
  }

  private routeToInternet(subnet: string): 'gateway' | 'nat' | 'none' {
    const table = this.ofType('aws:ec2/routeTableAssociation:RouteTableAssociation').find(
      ({ subnetId }) => subnetId === subnet,
    )?.routeTableId;
    const route = this.ofType('aws:ec2/route:Route').find(
      ({ routeTableId, destinationCidrBlock }) =>
        routeTableId === table && destinationCidrBlock === '0.0.0.0/0',
    );
    if (!route) return 'none';
    return route.gatewayId === undefined ? 'nat' : 'gateway';
  }

  private aclAllows(
    subnet: string,
    direction: 'ingress' | 'egress',
    address: string,
    { protocol, port }: Flow,
  ): boolean {
    const acl = this.ofType('aws:ec2/networkAclAssociation:NetworkAclAssociation').find(
      ({ subnetId }) => subnetId === subnet,
    )?.networkAclId;
    const rules = this.ofType('aws:ec2/networkAclRule:NetworkAclRule')
      .filter((rule) => rule.networkAclId === acl && rule.egress === (direction === 'egress'))
      .sort((a, b) => Number(a.ruleNumber) - Number(b.ruleNumber));
    const first = rules.find(
      (rule) =>
        (rule.protocol === protocol || rule.protocol === '-1') &&
        within(address, String(rule.cidrBlock)) &&
        Number(rule.fromPort) <= port &&
        port <= Number(rule.toPort),
    );
    return first?.ruleAction === 'allow';
  }

  private groupAllows(
    direction: 'ingress' | 'egress',
    group: string,
    peer: Peer,
    { protocol, port }: Flow,
  ): boolean {
    const type = { ingress: 'SecurityGroupIngressRule', egress: 'SecurityGroupEgressRule' }[
      direction
    ];
    const token = `aws:vpc/${type.charAt(0).toLowerCase()}${type.slice(1)}:${type}`;
    return this.ofType(token).some(
      (rule) =>
        rule.securityGroupId === group &&
        (rule.ipProtocol === protocol || rule.ipProtocol === '-1') &&
        Number(rule.fromPort) <= port &&
        port <= Number(rule.toPort) &&
        (rule.cidrIpv4 === undefined
          ? rule.referencedSecurityGroupId !== undefined &&
            rule.referencedSecurityGroupId === peer.securityGroup
          : within(peer.address, rule.cidrIpv4 as string)),
    );
  }
}

/** Whether an IPv4 address lies in a network. */
export function within(address: string, cidr: string): boolean {
  const [network = '', prefix = '0'] = cidr.split('/');
  const shift = 2 ** (32 - Number(prefix));
  return Math.floor(toNumber(address) / shift) === Math.floor(toNumber(network) / shift);
}

const toNumber = (address: string) =>
  address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);

/** The n-th address of a network. */
export function addressIn(cidr: string, index: number): string {
  const number = toNumber(cidr.split('/')[0] ?? '') + index;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
