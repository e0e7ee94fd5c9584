import * as pulumi from '@pulumi/pulumi';
import { getSubnetOutput } from '@pulumi/aws/ec2/getSubnet';
import { getSubnetsOutput } from '@pulumi/aws/ec2/getSubnets';
import { getVpcOutput } from '@pulumi/aws/ec2/getVpc';
import { overlaps, parseCidr } from '../../lib/blueprint/ipv4';
import type { Problem } from '../../lib/blueprint/problem';
import type { ZoneSubnets } from '../../lib/network/address-plan';
import { subnetKinds } from '../../lib/network/subnet-kinds';
import { ArgumentsError } from '../component-args';

/** A VPC that somebody else made, and that others may use as well. */
export interface ExistingVpc {
  /** Its id. */
  readonly vpcId: pulumi.Input<string>;
  /** Its internet gateway: the public subnets of the cluster lead to it. */
  readonly internetGatewayId: pulumi.Input<string>;
}

/** What a VPC is compared with. */
export interface VpcNeeds {
  /** Primary range of the VPC. */
  readonly vpcCidr: string;
  /** Subnets that are made in it. */
  readonly subnets: readonly ZoneSubnets[];
  /** Tags of the cluster, by which its own subnets are known. */
  readonly tags: Readonly<Record<string, string>>;
}

/** What AWS says of a VPC and of the subnets that are in it already. */
export interface FoundVpc {
  readonly id: string;
  readonly cidrBlock: string;
  readonly enableDnsHostnames: boolean;
  readonly enableDnsSupport: boolean;
  readonly subnets: readonly {
    readonly id: string;
    readonly cidrBlock: string;
    readonly tags: Readonly<Record<string, string>>;
  }[];
}

/**
 * The id of the VPC, known when it was looked at: nothing is made in one that does not fit. The first
 * `up` of a VPC of the same program looks when the VPC is there.
 */
export function fittingVpcId(
  component: string,
  { vpcId }: ExistingVpc,
  needs: VpcNeeds,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const opts = { parent };
  const subnetIds = getSubnetsOutput({ filters: [{ name: 'vpc-id', values: [vpcId] }] }, opts).ids;
  const subnets = subnetIds.apply((ids) =>
    pulumi.all(ids.map((id) => getSubnetOutput({ id }, opts))),
  );
  return pulumi.all([getVpcOutput({ id: vpcId }, opts), subnets]).apply(([vpc, found]) => {
    const problems = problemsOfVpc({ ...vpc, subnets: found }, needs);
    if (problems.length > 0) throw new ArgumentsError(component, problems);
    return vpc.id;
  });
}

/** Why the subnets of a cluster don't fit into a VPC; empty when they do. */
export function problemsOfVpc(vpc: FoundVpc, needs: VpcNeeds): readonly Problem[] {
  const { vpcCidr, tags } = needs;
  const cluster = tags['hardened-cluster:cluster'];
  const others = vpc.subnets.filter(
    (subnet) => cluster === undefined || subnet.tags['hardened-cluster:cluster'] !== cluster,
  );
  const planned = needs.subnets.flatMap((zone, index) =>
    subnetKinds.map((kind) => ({ path: `subnets[${index}].${kind}`, got: zone[kind] })),
  );
  return [
    ...(vpc.cidrBlock === vpcCidr
      ? []
      : [
          {
            path: 'vpcCidr',
            got: vpcCidr,
            // The resolver answers at the second address of this range.
            expected: `${JSON.stringify(vpc.cidrBlock)}, the primary range of ${vpc.id}`,
          },
        ]),
    ...(['enableDnsSupport', 'enableDnsHostnames'] as const)
      .filter((key) => !vpc[key])
      .map((key) => ({
        path: `vpc.${key}`,
        got: false,
        expected: `true in ${vpc.id}: machines find AWS APIs and each other by private names`,
      })),
    ...planned.flatMap(({ path, got }) => {
      const network = parseCidr(got);
      const other = others.find(({ cidrBlock }) => {
        const theirs = parseCidr(cidrBlock);
        return network && theirs && overlaps(network, theirs);
      });
      return other
        ? [{ path, got, expected: `a network outside ${other.id} (${other.cidrBlock})` }]
        : [];
    }),
  ];
}
