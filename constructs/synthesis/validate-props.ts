import { renderProblem, type Problem } from '../../lib/blueprint/problem';

/** Thrown once by a construct, with everything wrong with its props. */
export class PropsError extends Error {
  constructor(
    readonly construct: string,
    readonly problems: readonly Problem[],
  ) {
    super(problems.map((problem) => `${construct}: ${renderProblem(problem)}`).join('\n'));
    this.name = 'PropsError';
  }
}

/**
 * Ends a construct before it adds an object when its props are wrong.
 *
 * @throws PropsError with every problem.
 */
export function validateProps(construct: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new PropsError(construct, problems);
}

/** Problem of a list that Kubernetes would read as "all" when it is empty. */
export function problemsOfEmpty(
  path: string,
  list: readonly unknown[] | undefined,
): readonly Problem[] {
  return Array.isArray(list) && list.length > 0
    ? []
    : [
        {
          path,
          got: list ?? null,
          expected: 'at least one: none would be read as all, or guard nothing',
        },
      ];
}

/** Problem of a value that is none of those known. */
export function problemsOfUnknown(
  path: string,
  value: string,
  known: readonly string[],
): readonly Problem[] {
  return known.includes(value) ? [] : [{ path, got: value, expected: known.join(' or ') }];
}

/** Problem of a name that is no DNS label, as names of namespaces are. */
export function problemsOfLabel(path: string, value: string): readonly Problem[] {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value)
    ? []
    : [{ path, got: value, expected: 'a DNS label such as "shop"' }];
}

/** Problem of labels that are given but none: a selector without labels is one of everything. */
export function problemsOfLabels(
  path: string,
  labels: Readonly<Record<string, string>> | undefined,
): readonly Problem[] {
  return labels === undefined || Object.keys(labels).length > 0
    ? []
    : [{ path, got: labels, expected: 'at least one label: Kubernetes reads none as all' }];
}
