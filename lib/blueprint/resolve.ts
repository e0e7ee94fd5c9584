import type * as z from 'zod';
import type { Blueprint, EtcdMember } from './blueprint';
import { usualZones } from '../aws/regions';
import { checkConfig } from './config-checks';
import { collectFactWarnings } from './fact-warnings';
import { mergeDefaults } from './merge-defaults';
import { BlueprintError, type Problem } from './problem';
import { profileDefaults } from './profiles';
import { collectNonConformities, collectWarnings } from './warnings';
import { blueprintSchema, type BlueprintConfig } from './schema/blueprint-schema';
import { withUsualTypes } from './usual-types';
import { exactVersion, minorVersionOf } from './version';
import { describeIssue } from './zod-problems';

/** What resolving needs besides the configuration. */
export interface ResolveOptions {
  /** Day that end-of-life and expiry dates are compared with, `YYYY-MM-DD`. */
  readonly today: string;
}

/**
 * Validates a configuration, fills in the defaults of its profile and freezes the result.
 *
 * @throws BlueprintError once, with every problem found.
 */
export function resolveBlueprint(input: unknown, options: ResolveOptions): Blueprint {
  const profile = profileOf(input);
  const withProfile = mergeDefaults(withUsualTypes(input, profile), profileDefaults[profile]);
  const parsed = blueprintSchema.safeParse(withProfile);
  if (!parsed.success) throw new BlueprintError(problemsOf(parsed.error, input));
  const problems = checkConfig(parsed.data, options.today);
  if (problems.length > 0) throw new BlueprintError(problems);
  return freeze(complete(parsed.data, options.today));
}

function profileOf(input: unknown): BlueprintConfig['profile'] {
  const profile =
    typeof input === 'object' && input !== null && 'profile' in input ? input.profile : '';
  return profile === 'strict' || profile === 'development' ? profile : 'standard';
}

function problemsOf(error: z.ZodError, input: unknown): Problem[] {
  return error.issues.flatMap((issue) => describeIssue(issue, input, blueprintSchema));
}

function complete(config: BlueprintConfig, today: string): Blueprint {
  const zones = config.zones ?? usualZones(config.region);
  const domain = `${config.name}.internal`;
  const completed: Omit<Blueprint, 'nonConformities' | 'warnings'> = {
    ...config,
    zones,
    kubernetes: {
      ...config.kubernetes,
      version: exactVersion(config.kubernetes.version),
      minorVersion: minorVersionOf(config.kubernetes.version),
    },
    etcd: { ...config.etcd, members: placeMembers(config.etcd.members, zones) },
    names: { domain, api: `api.${domain}` },
    today,
  };
  return {
    ...completed,
    nonConformities: collectNonConformities(completed),
    warnings: [...collectWarnings(completed), ...collectFactWarnings(completed)],
  };
}

/** Spreads members over the first three zones, so that a further zone moves none of them. */
function placeMembers(count: number, zones: readonly string[]): EtcdMember[] {
  const spread = zones.slice(0, 3);
  return Array.from({ length: count }, (_, index) => ({
    name: `etcd-${index}`,
    zone: spread[index % spread.length] ?? '',
  }));
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(freeze);
    Object.freeze(value);
  }
  return value;
}
