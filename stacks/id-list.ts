import * as pulumi from '@pulumi/pulumi';
import type { Problem } from '../lib/blueprint/problem';
import { ArgumentsError } from './component-args';

/**
 * Ids or ARNs: a list of inputs, or one output of a list, as stack references and packages such as
 * `@pulumi/awsx` give them (`vpc.privateSubnetIds`).
 */
export type IdList = pulumi.Input<readonly pulumi.Input<string>[]>;

/** The list as the provider's arguments take it. */
export function idsFrom(list: IdList): pulumi.Input<pulumi.Input<string>[]> {
  return isPlain(list) ? [...list] : pulumi.output(list).apply((ids) => [...ids]);
}

/**
 * The same of a list that may not be empty. One that is an output is looked at when it is known:
 * what is made of it is not made when it is empty.
 *
 * @param path where the list stands among the arguments of the component
 */
export function someIdsFrom(
  component: string,
  path: string,
  list: IdList,
): pulumi.Input<pulumi.Input<string>[]> {
  if (isPlain(list)) return [...list];
  return pulumi.output(list).apply((ids) => {
    const problems = problemsOfNone(path, ids);
    if (problems.length > 0) throw new ArgumentsError(component, problems);
    return [...ids];
  });
}

/** Problem of a list that is empty, as far as that is known before anything is registered. */
export function problemsOfNoIds(path: string, list: IdList): readonly Problem[] {
  return isPlain(list) ? problemsOfNone(path, list) : [];
}

function problemsOfNone(path: string, ids: unknown): readonly Problem[] {
  return Array.isArray(ids) && ids.length > 0
    ? []
    : [{ path, got: ids, expected: 'the id of at least one' }];
}

function isPlain(list: IdList): list is readonly pulumi.Input<string>[] {
  return Array.isArray(list);
}
