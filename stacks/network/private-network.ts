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
import { limits } from '../../lib/aws/limits';
import { parseCidr, contains, overlaps } from '../../lib/blueprint/ipv4';
import type { Problem } from '../../lib/blueprint/problem';
import type { ZoneSubnets } from '../../lib/network/address-plan';
import { planNetworkAcls } from '../../lib/network/plan-network-acls';
import type { PortMatrix } from '../../lib/network/port-matrix';
import { forEachKind, subnetKinds, type SubnetKind } from '../../lib/network/subnet-kinds';
import { componentType, validateArgs, type Tags } from '../component-args';
import { fittingVpcId, type ExistingVpc } from './existing-vpc';
import { NetworkAclTier } from './network-acl-tier';

/** Arguments of {@link PrivateNetwork}. */
export interface PrivateNetworkArgs {
  /** Range of the VPC. */
  readonly vpcCidr: string;
  /** A VPC to make the subnets in, instead of a new one. @default a new VPC */
  readonly existing?: ExistingVpc;
  /** One entry a zone; a further zone is appended. */
  readonly subnets: readonly ZoneSubnets[];
  /** One NAT gateway a zone, or one for all. */
  readonly natGateways: 'per-zone' | 'single';
  /** Where the entries of the network ACLs come from. */
  readonly portMatrix: PortMatrix;
  /** On everything that is made. */
  readonly tags: Tags;
}

/** Ids by zone. */
export type IdsByZone = Readonly<Record<string, pulumi.Output<string>>>;

/**
 * A VPC whose public subnets are for NAT, load balancer and bastion only, whose control plane has
 * subnets of its own, and whose etcd subnets have no route to the internet. What AWS makes along with a VPC (security group, route table,
 * network ACL) is emptied, so that nothing works by accident; in an existing VPC it is its owner's.
 */
export class PrivateNetwork extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly subnetIds: Readonly<Record<SubnetKind, IdsByZone>>;
  /** Route tables of each kind of subnet, for the gateway endpoints. */
  readonly routeTableIds: Readonly<Record<SubnetKind, IdsByZone>>;
  /** What must exist before machines in the subnets reach anything: routes, ACLs, associations. */
  readonly ready: readonly pulumi.Resource[];
  /** Addresses that nodes have on the internet, by zone of the NAT gateway. */
  get natAddresses(): IdsByZone {
    return this.addresses;
  }
  private readonly addresses: Record<string, pulumi.Output<string>> = {};
  private readonly associations: pulumi.Resource[] = [];

  constructor(name: string, args: PrivateNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    validateArgs('PrivateNetwork', problemsOf(args));
    super(componentType('PrivateNetwork'), name, {}, opts);
    this.vpcId = args.existing
      ? fittingVpcId('PrivateNetwork', args.existing, args, this)
      : this.vpc(name, args).id;
    const internet = args.existing ? undefined : this.internetGateway(name, args);
    this.subnetIds = forEachKind((kind) => this.subnets(name, kind, args));
    this.routeTableIds = forEachKind((kind) => this.routeTables(name, kind, args));
    const publicRoute = this.publicRoute(
      name,
      args,
      internet?.id ?? args.existing?.internetGatewayId,
    );
    const nat = this.nat(name, args, [
      ...(internet ? [internet] : []),
      publicRoute,
      ...this.associations,
    ]);
    const acls = this.acls(name, args);
    this.ready = [
      publicRoute,
      ...this.natRoutes(name, args, nat),
      ...this.associations,
      ...acls.flatMap(({ ready }) => ready),
    ];
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

  private internetGateway(name: string, { tags }: PrivateNetworkArgs): InternetGateway {
    return new InternetGateway(
      name,
      { vpcId: this.vpcId, tags: { ...tags, Name: name } },
      { parent: this },
    );
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

  /**
   * Gateways by the zone they stand in. A public NAT gateway needs an internet gateway that is
   * attached, which nothing in its own inputs tells.
   *
   * @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
   */
  private nat(
    name: string,
    args: PrivateNetworkArgs,
    dependsOn: readonly pulumi.Resource[],
  ): IdsByZone {
    const zones = args.natGateways === 'single' ? args.subnets.slice(0, 1) : args.subnets;
    return Object.fromEntries(
      zones.map(({ zone }) => {
        const natName = `${name}-nat-${zone}`;
        const tags = { ...args.tags, Name: natName };
        const opts = { parent: this, dependsOn: [...dependsOn] };
        const address = new Eip(natName, { domain: 'vpc', tags }, opts);
        const gateway = new NatGateway(
          natName,
          { allocationId: address.id, subnetId: idOf(this.subnetIds.public, zone), tags },
          opts,
        );
        this.addresses[zone] = address.publicIp;
        return [zone, gateway.id];
      }),
    );
  }

  /** One a zone where NAT gateways differ; one for all subnets of the other kinds. */
  private routeTables(name: string, kind: SubnetKind, args: PrivateNetworkArgs): IdsByZone {
    const child = { parent: this };
    const table = (tableName: string) =>
      new RouteTable(
        tableName,
        { vpcId: this.vpcId, tags: { ...args.tags, Name: tableName } },
        child,
      ).id;
    const shared = usesNat(kind) ? undefined : table(`${name}-${kind}`);
    return Object.fromEntries(
      args.subnets.map(({ zone }) => {
        const routeTableId = shared ?? table(`${name}-${kind}-${zone}`);
        this.associations.push(
          new RouteTableAssociation(
            `${name}-${kind}-${zone}`,
            { subnetId: idOf(this.subnetIds[kind], zone), routeTableId },
            child,
          ),
        );
        return [zone, routeTableId];
      }),
    );
  }

  private publicRoute(
    name: string,
    { subnets }: PrivateNetworkArgs,
    gatewayId: pulumi.Input<string> | undefined,
  ) {
    return new Route(
      `${name}-public-internet`,
      {
        destinationCidrBlock: everywhere,
        routeTableId: idOf(this.routeTableIds.public, subnets[0]?.zone ?? ''),
        ...(gatewayId === undefined ? {} : { gatewayId }),
      },
      { parent: this },
    );
  }

  private natRoutes(name: string, { subnets }: PrivateNetworkArgs, nat: IdsByZone): Route[] {
    return subnetKinds.filter(usesNat).flatMap((kind) =>
      subnets.map(
        ({ zone }) =>
          new Route(
            `${name}-${kind}-${zone}-internet`,
            {
              destinationCidrBlock: everywhere,
              routeTableId: idOf(this.routeTableIds[kind], zone),
              natGatewayId: nat[zone] ?? idOf(nat, subnets[0]?.zone ?? ''),
            },
            { parent: this },
          ),
      ),
    );
  }

  private acls(name: string, args: PrivateNetworkArgs): readonly NetworkAclTier[] {
    const entries = planNetworkAcls(args);
    return subnetKinds.map(
      (kind) =>
        new NetworkAclTier(
          `${name}-${kind}`,
          {
            vpcId: this.vpcId,
            subnetIds: this.subnetIds[kind],
            entries: entries[kind],
            tags: args.tags,
          },
          { parent: this },
        ),
    );
  }
}

const everywhere = '0.0.0.0/0';

/** Whether machines in subnets of a kind reach the internet by a NAT gateway. */
function usesNat(kind: SubnetKind): boolean {
  return kind === 'private' || kind === 'control-plane';
}

/** The id of one zone. */
export function idOf(ids: IdsByZone, zone: string): pulumi.Output<string> {
  const id = ids[zone];
  if (!id) throw new Error(`no id for zone ${zone}`);
  return id;
}

function problemsOf(args: PrivateNetworkArgs): Problem[] {
  const { vpcCidr, subnets } = args;
  const vpc = parseCidr(vpcCidr);
  const expected = 'an IPv4 CIDR such as "10.0.0.0/16"';
  const all = subnets.flatMap((zone, index) =>
    subnetKinds.map((kind) => ({
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
    ...checkAclSizes(args),
  ];
}

function checkAclSizes(args: PrivateNetworkArgs): Problem[] {
  return Object.entries(planNetworkAcls(args)).flatMap(([kind, entries]) =>
    (['ingress', 'egress'] as const).flatMap((direction) => {
      const count = entries.filter((entry) => entry.direction === direction).length;
      return count <= limits.entriesOfNetworkAcl
        ? []
        : [
            {
              path: 'portMatrix',
              got: `${count} ${direction} entries for the ${kind} subnets`,
              expected: `ports that fit into the ${limits.entriesOfNetworkAcl} entries of a network ACL`,
            },
          ];
    }),
  );
}
