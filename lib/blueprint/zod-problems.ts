import type * as z from 'zod';
import type { Problem } from './problem';

/** Turns one issue of the schema into problems of ours: one for each place. */
export function describeIssue(issue: z.core.$ZodIssue, input: unknown): Problem[] {
  const path = renderPath(issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: path === '' ? key : `${path}.${key}`,
        got: valueAt(input, [...issue.path, key]),
        expected: 'no such key (see docs/configuration.md for the keys there are)',
      }));
    case 'invalid_type':
      return [{ path, got: valueAt(input, issue.path), expected: expectedType(issue) }];
    case 'invalid_value':
      return [
        {
          path,
          got: valueAt(input, issue.path),
          expected: `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`,
        },
      ];
    default:
      return [{ path, got: valueAt(input, issue.path), expected: issue.message }];
  }
}

function expectedType(issue: z.core.$ZodIssueInvalidType): string {
  if (!issue.message.startsWith('Invalid input')) return issue.message;
  return issue.expected === 'array' ? 'a list' : `a value of type ${issue.expected}`;
}

/** `workers[1].name`. */
export function renderPath(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) =>
      typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`,
    )
    .join('');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    input,
  );
}
