import type { Facts } from '../facts';
import { readCloud, resourcesOfKind } from './cloud';
import { memoize } from './memoize';
import { isMapping, mappingsAt, textAt, type Mapping } from './values';

/** One statement of a policy of a role. */
export interface PolicyStatement {
  readonly location: string;
  /** The role it belongs to, as the resource names it. */
  readonly role: string | undefined;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** Statements of all inline and managed policies of roles; undefined without resources. */
export const readStatements = memoize((facts: Facts): readonly PolicyStatement[] | undefined => {
  const cloud = readCloud(facts);
  return (
    cloud &&
    resourcesOfKind(cloud, 'RolePolicy', 'Policy')
      .filter(({ type }) => type.startsWith('aws:iam/'))
      .flatMap(({ name, inputs }) =>
        statementsOf(inputs.policy).map((statement, index) => ({
          location: `${name}: ${textAt(statement, 'Sid') ?? `statement ${index}`}`,
          role: textAt(inputs, 'role'),
          effect: textAt(statement, 'Effect') ?? '',
          actions: [...texts(statement, 'Action'), ...texts(statement, 'NotAction').map(() => '*')],
          resources: texts(statement, 'Resource'),
        })),
      )
  );
});

function statementsOf(policy: unknown): readonly Mapping[] {
  const document: unknown = typeof policy === 'string' ? JSON.parse(policy) : policy;
  if (!isMapping(document)) return [];
  const statement = document.Statement;
  return isMapping(statement) ? [statement] : mappingsAt(document, 'Statement');
}

function texts(statement: Mapping, key: string): readonly string[] {
  const value = statement[key];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((item): item is string => typeof item === 'string');
}
