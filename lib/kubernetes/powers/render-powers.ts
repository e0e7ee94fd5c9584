import { dangerousPowers, type DangerousPower } from './dangerous-powers';
import { subresourceWildcards } from './powers-of-rule';

const text = (value: string) => `'${value}'`;
const list = (values: readonly string[]) => `[${values.map(text).join(', ')}]`;
/** A list of a rule, which is null where Kubernetes writes no rule's list as empty. */
const field = (rule: string, name: string) =>
  `(dyn(${rule}).?${name}.orValue(null) == null ? [] : dyn(${rule}).${name})`;

/**
 * CEL: whether a rule gives one of the powers or is sweeping; the same as `powersOfRule` and
 * `isSweeping`.
 *
 * @param rule CEL expression of the rule.
 * @param isClusterRole CEL expression: whether it stands in a ClusterRole.
 */
export function renderGivesPower(rule: string, isClusterRole: string): string {
  const urls = `${field(rule, 'nonResourceURLs')}.exists(u, u == '*' || u == '/*')`;
  const group = [
    `${field(rule, 'verbs')}.exists(v, v == '*')`,
    `${field(rule, 'resources')}.exists(x, x == '*')`,
    `${field(rule, 'apiGroups')}.exists(g, !g.contains('.') || g.endsWith('.k8s.io'))`,
  ].join(' && ');
  const powers = dangerousPowers.map((power) => renderPower(rule, isClusterRole, power));
  return [...powers, urls, group].map((expression) => `(${expression})`).join(' || ');
}

function renderPower(rule: string, isClusterRole: string, power: DangerousPower): string {
  return [
    ...(power.clusterRolesOnly === true ? [isClusterRole] : []),
    `${field(rule, 'verbs')}.exists(v, ${renderVerb(power)})`,
    ...(power.apiGroups === 'any'
      ? []
      : [`${field(rule, 'apiGroups')}.exists(g, g in ${list(['*', ...power.apiGroups])})`]),
    `${field(rule, 'resources')}.exists(x, ${renderResource(power)})`,
    ...renderNames(rule, power),
  ].join(' && ');
}

function renderVerb({ verbs, verbPrefixes = [], resources }: DangerousPower): string {
  if (verbs === 'any') return 'true';
  const named = resources === 'any' ? verbs : ['*', ...verbs];
  return [`v in ${list(named)}`, ...startsWith('v', verbPrefixes)].join(' || ');
}

function renderResource(power: DangerousPower): string {
  const { resources, resourcePrefixes = [] } = power;
  if (resources === 'any') return 'true';
  return [
    `x in ${list(['*', ...resources, ...subresourceWildcards(power)])}`,
    ...startsWith('x', resourcePrefixes),
  ].join(' || ');
}

function startsWith(variable: string, prefixes: readonly string[]): readonly string[] {
  return prefixes.map((prefix) => `${variable}.startsWith(${text(prefix)})`);
}

function renderNames(rule: string, { names }: DangerousPower): readonly string[] {
  if (names === 'irrelevant') return [];
  const given = field(rule, 'resourceNames');
  return names === 'harmless'
    ? [`${given}.size() == 0`]
    : [`(${given}.size() == 0 || ${given}.exists(n, n.startsWith(${text(names.reservedPrefix)})))`];
}
