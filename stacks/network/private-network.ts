import * as pulumi from '@pulumi/pulumi';
import { DefaultNetworkAcl } from '@pulumi/aws/ec2/defaultNetworkAcl';
import { DefaultRouteTable } from '@pulumi/aws/ec2/defaultRouteTable';
import { DefaultSecurityGroup } from '@pulumi/aws/ec2/defaultSecurityGroup';
import { Eip } from '@pulumi/aws/ec2/eip';
import { InternetGateway } from '@pulumi/aws/ec2/internetGateway';
import { NatGateway } from '@pulumi/aws/ec2/natGateway';
import { Route } from '@pulumi/aws/ec2/route';
import { RouteTable } from '@pulumi/aws/ec2/routeTable';
import { RouteTableAssociation } from '@pulumi/aws/ec2/routeTableAssociation';
import { Subnet } from '@pulumi/aws/ec2/subnet';
import { Vpc } from '@pulumi/aws/ec2/vpc';
import { parseCidr, contains, overlaps } from '../../lib/blueprint/ipv4';
import type { Problem } from '../../lib/blueprint/problem';
import type { ZoneSubnets } from '../../lib/network/address-plan';
import type { PortMatrix } from '../../lib/network/port-matrix';
import { componentType, validateArgs, type Tags } from '../component-args';
import { NetworkAclTier } from './network-acl-tier';
import { planNetworkAcls, type SubnetKind } from './plan-network-acls';

export interface PrivateNetworkArgs {
  readonly vpcCidr: string;
  /** One entry a zone; a further zone is appended. */
  readonly subnets: readonly ZoneSubnets[];
  readonly natGateways: 'per-zone' | 'single';
  /** Where the entries of the network ACLs come from. */
  readonly portMatrix: PortMatrix;
  readonly tags: Tags;
}

/** Ids by zone. */
export type IdsByZone = Readonly<Record<string, pulumi.Output<string>>>;

/**
 * A VPC whose public subnets are for NAT, load balancer and bastion only, and whose etcd subnets
 * have no route to the internet. What AWS makes along with a VPC (security group, route table,
 * network ACL) is emptied, so that nothing works by accident.
 */
export class PrivateNetwork extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly subnetIds: Readonly<Record<SubnetKind, IdsByZone>>;
  /** Route tables of each kind of subnet, for the gateway endpoints. */
  readonly routeTableIds: Readonly<Record<SubnetKind, IdsByZone>>;

  constructor(name: string, args: PrivateNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    validateArgs('PrivateNetwork', problemsOf(args));
    super(componentType('PrivateNetwork'), name, {}, opts);
    const vpc = this.vpc(name, args);
    this.vpcId = vpc.id;
    this.subnetIds = {
      public: this.subnets(name, 'public', args),
      private: this.subnets(name, 'private', args),
      etcd: this.subnets(name, 'etcd', args),
    };
    const nat = this.nat(name, args);
    this.routeTableIds = {
      public: this.routeTables(name, 'public', args),
      private: this.routeTables(name, 'private', args),
      etcd: this.routeTables(name, 'etcd', args),
    };
    this.routes(name, args, nat);
    this.acls(name, args);
    this.registerOutputs({ vpcId: this.vpcId });
  }

  private vpc(name: string, { vpcCidr, tags }: PrivateNetworkArgs): Vpc {
    const child = { parent: this };
    const vpc = new Vpc(
      name,
      {
        cidrBlock: vpcCidr,
        enableDnsHostnames: true,
        enableDnsSupport: true,
        tags: { ...tags, Name: name },
      },
      child,
    );
    const locked = { ...tags, Name: `${name}-default-locked` };
    new DefaultSecurityGroup(
      `${name}-default`,
      { vpcId: vpc.id, ingress: [], egress: [], tags: locked },
      child,
    );
    new DefaultRouteTable(
      `${name}-default`,
      { defaultRouteTableId: vpc.defaultRouteTableId, routes: [], tags: locked },
      child,
    );
    new DefaultNetworkAcl(
      `${name}-default`,
      { defaultNetworkAclId: vpc.defaultNetworkAclId, ingress: [], egress: [], tags: locked },
      child,
    );
    return vpc;
  }

  private subnets(name: string, kind: SubnetKind, args: PrivateNetworkArgs): IdsByZone {
    return Object.fromEntries(
      args.subnets.map((zone) => {
        const subnetName = `${name}-${kind}-${zone.zone}`;
        const subnet = new Subnet(
          subnetName,
          {
            vpcId: this.vpcId,
            availabilityZone: zone.zone,
            cidrBlock: zone[kind],
            mapPublicIpOnLaunch: false,
            tags: { ...args.tags, Name: subnetName },
          },
          { parent: this },
        );
        return [zone.zone, subnet.id];
      }),
    );
  }

  /** Gateways by the zone they stand in. */
  private nat(name: string, args: PrivateNetworkArgs): IdsByZone {
    const zones = args.natGateways === 'single' ? args.subnets.slice(0, 1) : args.subnets;
    return Object.fromEntries(
      zones.map(({ zone }) => {
        const natName = `${name}-nat-${zone}`;
        const tags = { ...args.tags, Name: natName };
        const address = new Eip(natName, { domain: 'vpc', tags }, { parent: this });
        const gateway = new NatGateway(
          natName,
          { allocationId: address.id, subnetId: idOf(this.subnetIds.public, zone), tags },
          { parent: this },
        );
        return [zone, gateway.id];
      }),
    );
  }

  /** One a zone for private subnets, whose NAT gateways differ; one each for the others. */
  private routeTables(name: string, kind: SubnetKind, args: PrivateNetworkArgs): IdsByZone {
    const child = { parent: this };
    const table = (tableName: string) =>
      new RouteTable(
        tableName,
        { vpcId: this.vpcId, tags: { ...args.tags, Name: tableName } },
        child,
      ).id;
    const shared = kind === 'private' ? undefined : table(`${name}-${kind}`);
    return Object.fromEntries(
      args.subnets.map(({ zone }) => {
        const routeTableId = shared ?? table(`${name}-${kind}-${zone}`);
        new RouteTableAssociation(
          `${name}-${kind}-${zone}`,
          { subnetId: idOf(this.subnetIds[kind], zone), routeTableId },
          child,
        );
        return [zone, routeTableId];
      }),
    );
  }

  private routes(name: string, args: PrivateNetworkArgs, nat: IdsByZone): void {
    const child = { parent: this };
    const [first] = args.subnets;
    if (!first) return;
    const internet = new InternetGateway(
      name,
      { vpcId: this.vpcId, tags: { ...args.tags, Name: name } },
      child,
    );
    const everywhere = { destinationCidrBlock: '0.0.0.0/0' };
    new Route(
      `${name}-public-internet`,
      {
        ...everywhere,
        routeTableId: idOf(this.routeTableIds.public, first.zone),
        gatewayId: internet.id,
      },
      child,
    );
    for (const { zone } of args.subnets) {
      new Route(
        `${name}-private-${zone}-internet`,
        {
          ...everywhere,
          routeTableId: idOf(this.routeTableIds.private, zone),
          natGatewayId: nat[zone] ?? idOf(nat, first.zone),
        },
        child,
      );
    }
  }

  private acls(name: string, args: PrivateNetworkArgs): void {
    const entries = planNetworkAcls(args);
    for (const kind of ['public', 'private', 'etcd'] as const) {
      new NetworkAclTier(
        `${name}-${kind}`,
        {
          vpcId: this.vpcId,
          subnetIds: this.subnetIds[kind],
          entries: entries[kind],
          tags: args.tags,
        },
        { parent: this },
      );
    }
  }
}

/** The id of one zone. */
export function idOf(ids: IdsByZone, zone: string): pulumi.Output<string> {
  const id = ids[zone];
  if (!id) throw new Error(`no id for zone ${zone}`);
  return id;
}

function problemsOf({ vpcCidr, subnets }: PrivateNetworkArgs): Problem[] {
  const vpc = parseCidr(vpcCidr);
  const expected = 'an IPv4 CIDR such as "10.0.0.0/16"';
  const all = subnets.flatMap((zone, index) =>
    (['public', 'private', 'etcd'] as const).map((kind) => ({
      path: `subnets[${index}].${kind}`,
      got: zone[kind],
      network: parseCidr(zone[kind]),
    })),
  );
  return [
    ...(vpc ? [] : [{ path: 'vpcCidr', got: vpcCidr, expected }]),
    ...(subnets.length > 0
      ? []
      : [{ path: 'subnets', got: [], expected: 'the subnets of at least one zone' }]),
    ...subnets.flatMap(({ zone }, index) =>
      subnets.findIndex((other) => other.zone === zone) === index
        ? []
        : [{ path: `subnets[${index}].zone`, got: zone, expected: 'a zone not named before' }],
    ),
    ...all.flatMap(({ path, got, network }, index) => {
      if (!network) return [{ path, got, expected }];
      if (vpc && !contains(vpc, network)) {
        return [{ path, got, expected: `a network inside ${vpcCidr}` }];
      }
      const other = all
        .slice(0, index)
        .find((earlier) => earlier.network && overlaps(earlier.network, network));
      return other
        ? [{ path, got, expected: `a network outside ${other.path} (${other.got})` }]
        : [];
    }),
  ];
}
