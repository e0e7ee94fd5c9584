/** A statement as it stands in a rendered policy. */
interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;
}

/** One call as IAM sees it. */
export interface IamCall {
  readonly action: string;
  readonly resource: string;
  /** Condition keys of the request; a key that is not there meets no condition. */
  readonly context?: Readonly<Record<string, string>>;
}

/**
 * Whether an identity policy allows a call: some statement allows it and none denies it.
 *
 * Knows what the policies here use and refuses anything else, so that a new operator can't pass
 * unread. Written for the tests, from IAM's documented evaluation logic.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function isAllowed(policyJson: string, call: IamCall): boolean {
  const { Statement: statements } = JSON.parse(policyJson) as {
    readonly Statement: readonly Statement[];
  };
  const applicable = statements.filter((statement) => applies(statement, call));
  return (
    applicable.some(({ Effect }) => Effect === 'Allow') &&
    applicable.every(({ Effect }) => Effect !== 'Deny')
  );
}

function applies({ Action, Resource, Condition = {} }: Statement, call: IamCall): boolean {
  return (
    Action.some((pattern) => matches(pattern.toLowerCase(), call.action.toLowerCase())) &&
    (Resource ?? []).some((pattern) => matches(pattern, call.resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, [wanted].flat(), call, key)),
    )
  );
}

function holds(operator: string, wanted: readonly string[], call: IamCall, key: string): boolean {
  const got = call.context?.[key];
  if (got === undefined) return false;
  switch (operator) {
    case 'StringEquals':
    case 'ArnEquals':
    case 'Bool':
      return wanted.includes(got);
    case 'StringLike':
    case 'ArnLike':
      return wanted.some((pattern) => matches(pattern, got));
    case 'NumericLessThan':
      return wanted.some((bound) => Number(got) < Number(bound));
    default:
      throw new Error(`condition operator ${operator}: not known to the evaluator`);
  }
}

/** IAM's wildcards: `*` for any text, `?` for one character. */
function matches(pattern: string, text: string): boolean {
  const expression = pattern
    .split('')
    .map((char) =>
      char === '*' ? '.*' : char === '?' ? '.' : char.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'),
    )
    .join('');
  return new RegExp(`^${expression}$`, 's').test(text);
}
