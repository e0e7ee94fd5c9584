import type { Facts, ResourceFact } from '../facts';
import {
  blocks,
  readCloud,
  referenceKey,
  references,
  resolve,
  resourcesOfKind,
  type Cloud,
} from './cloud';
import { memoize } from './memoize';

/** One allowed inbound flow of a security group. */
export interface IngressRule {
  /** Name of the resource that states it. */
  readonly name: string;
  /** Reference of the group it belongs to. */
  readonly group: string;
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
  /** Networks it allows; empty where the source is a group. */
  readonly cidrs: readonly string[];
  /** Groups it allows. */
  readonly groups: readonly string[];
}

/** Inbound rules of all security groups, whichever resource states them. */
export const readIngressRules = memoize((facts: Facts): readonly IngressRule[] | undefined => {
  const cloud = readCloud(facts);
  return cloud && [...singleRules(cloud), ...classicRules(cloud), ...inlineRules(cloud)];
});

/** Name of a group for evidence. */
export function groupName(cloud: Cloud, reference: string): string {
  return resolve(cloud, reference)?.name ?? reference;
}

/** Whether a rule lets a TCP port in. */
export function allowsPort(rule: IngressRule, port: number): boolean {
  return isTcp(rule.protocol) && rule.from <= port && port <= rule.to;
}

/** Ports of a rule for evidence. */
export function showPorts({ from, to, protocol }: IngressRule): string {
  if (from === 0 && to === 65535) return `every port (${protocol})`;
  return `${from === to ? from : `${from}-${to}`}/${protocol}`;
}

function isTcp(protocol: string): boolean {
  return protocol === 'tcp' || protocol === '-1';
}

function singleRules(cloud: Cloud): IngressRule[] {
  return resourcesOfKind(cloud, 'SecurityGroupIngressRule').map(({ name, inputs }) => ({
    name,
    group: referenceKey(cloud, references(inputs, 'securityGroupId')[0] ?? ''),
    ...ports(inputs, inputs.ipProtocol),
    cidrs: ['cidrIpv4', 'cidrIpv6', 'prefixListId'].flatMap((key) => references(inputs, key)),
    groups: references(inputs, 'referencedSecurityGroupId').map((id) => referenceKey(cloud, id)),
  }));
}

function classicRules(cloud: Cloud): IngressRule[] {
  return resourcesOfKind(cloud, 'SecurityGroupRule')
    .filter(({ inputs }) => inputs.type === 'ingress')
    .map(({ name, inputs }) => ({
      name,
      group: referenceKey(cloud, references(inputs, 'securityGroupId')[0] ?? ''),
      ...ports(inputs, inputs.protocol),
      cidrs: ['cidrBlocks', 'ipv6CidrBlocks', 'prefixListIds'].flatMap((key) =>
        references(inputs, key),
      ),
      groups: [
        ...references(inputs, 'sourceSecurityGroupId'),
        ...(inputs.self === true ? references(inputs, 'securityGroupId') : []),
      ].map((id) => referenceKey(cloud, id)),
    }));
}

function inlineRules(cloud: Cloud): IngressRule[] {
  return resourcesOfKind(cloud, 'SecurityGroup', 'DefaultSecurityGroup').flatMap(
    (group: ResourceFact) =>
      blocks(group.inputs, 'ingress').map((rule, index) => ({
        name: `${group.name}[${index}]`,
        group: group.urn,
        ...ports(rule, rule.protocol),
        cidrs: ['cidrBlocks', 'ipv6CidrBlocks', 'prefixListIds'].flatMap((key) =>
          references(rule, key),
        ),
        groups: [
          ...references(rule, 'securityGroups').map((id) => referenceKey(cloud, id)),
          ...(rule.self === true ? [group.urn] : []),
        ],
      })),
  );
}

function ports(
  rule: Readonly<Record<string, unknown>>,
  protocol: unknown,
): Pick<IngressRule, 'protocol' | 'from' | 'to'> {
  const given = typeof protocol === 'string' ? protocol.toLowerCase() : '-1';
  const text = { '6': 'tcp', '17': 'udp', all: '-1' }[given] ?? given;
  const [from, to] = [rule.fromPort, rule.toPort].map((port) =>
    typeof port === 'number' ? port : undefined,
  );
  const all = text === '-1' || from === undefined || from === -1;
  return { protocol: text, from: all ? 0 : from, to: all ? 65535 : (to ?? from) };
}
