import type { Facts, ResourceFact } from '../facts';
import { memoize } from './memoize';
import { isMapping } from './values';

/** Resources of a cluster with an index over what others call them. */
export interface Cloud {
  readonly resources: readonly ResourceFact[];
  readonly byReference: ReadonlyMap<string, ResourceFact>;
}

/** Undefined where the facts hold no resources. */
export const readCloud = memoize((facts: Facts): Cloud | undefined =>
  facts.resources === undefined
    ? undefined
    : {
        resources: facts.resources,
        byReference: new Map(
          facts.resources.flatMap((resource) =>
            [resource.urn, resource.arn, resource.id]
              .filter((reference) => reference !== undefined && reference !== '')
              .map((reference): [string, ResourceFact] => [reference ?? '', resource]),
          ),
        ),
      },
);

/** Resources of a kind by the last part of the type token, such as `Subnet`. */
export function resourcesOfKind(
  cloud: Cloud,
  ...kinds: readonly string[]
): readonly ResourceFact[] {
  return cloud.resources.filter(
    ({ type }) => type.startsWith('aws:') && kinds.includes(type.split(':').at(-1) ?? ''),
  );
}

/** The resource that a reference (id, ARN or urn) means, if the facts hold it. */
export function resolve(cloud: Cloud, reference: unknown): ResourceFact | undefined {
  return typeof reference === 'string' ? cloud.byReference.get(reference) : undefined;
}

/** Text inputs under a key, whether it holds one or a list. */
export function references(inputs: unknown, key: string): readonly string[] {
  const value = isMapping(inputs) ? inputs[key] : undefined;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((item): item is string => typeof item === 'string');
}

/** Nested mappings under a key, whether it holds one or a list. */
export function blocks(inputs: unknown, key: string): readonly Readonly<Record<string, unknown>>[] {
  const value = isMapping(inputs) ? inputs[key] : undefined;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter(isMapping);
}

/** The URN of the resource that a reference means, else the reference itself. */
export function referenceKey(cloud: Cloud, reference: string): string {
  return resolve(cloud, reference)?.urn ?? reference;
}
