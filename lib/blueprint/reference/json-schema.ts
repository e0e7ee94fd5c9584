import * as z from 'zod';
import { blueprintSchema } from '../schema/blueprint-schema';

/** The part of JSON Schema that the configuration uses. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
}

/** The configuration as JSON Schema (draft 2020-12): what editors complete and check. */
export function makeJsonSchema(): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(blueprintSchema, { io: 'input' });
  return {
    $schema,
    title: 'Configuration of a hardened cluster',
    description:
      'Defaults are those of the profile standard. What needs more than one setting to evaluate, `plan` checks.',
    ...schema,
  } as JsonSchema;
}

/** Renders the JSON Schema as the file that editors read. */
export function renderJsonSchema(): string {
  return `${renderValue(makeJsonSchema(), '', 0)}\n`;
}

const lineWidth = 100;

/** Lists of plain values stand in one line where they fit: that is how Prettier leaves them. */
function renderValue(value: unknown, indent: string, used: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const line = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
    const plain = value.every((item) => typeof item !== 'object');
    if (plain && used + line.length < lineWidth) return line;
    return block(
      '[',
      ']',
      value.map((item) => renderValue(item, inner, inner.length)),
      indent,
    );
  }
  const entries = Object.entries(value).map(([key, child]) => {
    const head = `${JSON.stringify(key)}: `;
    return head + renderValue(child, inner, inner.length + head.length);
  });
  return block('{', '}', entries, indent);
}

function block(open: string, close: string, parts: readonly string[], indent: string): string {
  if (parts.length === 0) return open + close;
  return `${open}\n${parts.map((part) => `${indent}  ${part}`).join(',\n')}\n${indent}${close}`;
}
