import type * as z from 'zod';
import { didYouMean } from './nearest';
import type { Problem } from './problem';
import { keysAt } from './schema-keys';

/** Turns one issue of the schema into problems of ours: one for each place. */
export function describeIssue(
  issue: z.core.$ZodIssue,
  input: unknown,
  schema: z.core.$ZodType,
): Problem[] {
  const path = renderPath(issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: renderPath([...issue.path, key]),
        got: valueAt(input, [...issue.path, key]),
        expected: `no such key (see docs/configuration.md for the keys there are)${didYouMean(key, keysAt(schema, issue.path))}`,
      }));
    case 'invalid_type':
      return [{ path, got: valueAt(input, issue.path), expected: expectedType(issue) }];
    case 'invalid_value':
      return [
        {
          path,
          got: valueAt(input, issue.path),
          expected: oneOf(issue.values, valueAt(input, issue.path)),
        },
      ];
    case 'invalid_union': {
      const got = valueAt(input, issue.path);
      const options = 'options' in issue ? issue.options : undefined;
      return [{ path, got, expected: options ? oneOf(options, got) : issue.message }];
    }
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({
        path,
        got: valueAt(input, issue.path),
        expected: `${message} as the key`,
      }));
    default:
      return [{ path, got: valueAt(input, issue.path), expected: issue.message }];
  }
}

function oneOf(values: readonly unknown[], got: unknown): string {
  const options = values.map((value) => JSON.stringify(value)).join(', ');
  return `one of ${options}${didYouMean(got, values.map(String))}`;
}

function expectedType(issue: z.core.$ZodIssueInvalidType): string {
  if (!issue.message.startsWith('Invalid input')) return issue.message;
  return issue.expected === 'array' ? 'a list' : `a value of type ${issue.expected}`;
}

/** `workers[1].name`; keys with other characters than names have stand in quotes: `tags["a b"]`. */
export function renderPath(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      const name = String(key);
      if (!/^[\w./:@+-]+$/.test(name)) return `[${JSON.stringify(name)}]`;
      return `${index === 0 ? '' : '.'}${name}`;
    })
    .join('');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    input,
  );
}
