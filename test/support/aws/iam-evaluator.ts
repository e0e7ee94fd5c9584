/** A value of a policy that may be one or a list. */
type OneOrMany = string | readonly string[];

/** A statement in any spelling that IAM takes. */
interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, OneOrMany>>;
  readonly Action?: OneOrMany;
  readonly NotAction?: OneOrMany;
  readonly Resource?: OneOrMany;
  readonly NotResource?: OneOrMany;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMany>>>>;
}

/** Who makes a request. */
export type IamPrincipal =
  | { readonly kind: 'aws'; readonly arn: string; readonly account: string }
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'federated'; readonly name: string }
  | { readonly kind: 'anonymous' };

/** One call as IAM sees it. */
export interface IamRequest {
  readonly principal: IamPrincipal;
  readonly action: string;
  readonly resource: string;
  /** Account that the resource belongs to. */
  readonly resourceAccount: string;
  /** Condition keys of the request, in any case of letters. */
  readonly context: Readonly<Record<string, string>>;
}

/** The policies that a request meets on its way. */
export interface IamPolicies {
  /** Of the principal; none for services and for who has not signed. */
  readonly identity?: readonly string[];
  /** Of the VPC endpoint that it takes; absent when it takes none. */
  readonly endpoint?: string;
  /** Of the resource; absent when it has none. */
  readonly resource?: string;
}

/** The decision, and what it was made for. */
export interface IamDecision {
  readonly allowed: boolean;
  /** Such as `denied by identity FromItsOwnVpcAlone`, `nothing in endpoint allows`. */
  readonly reason: string;
}

/**
 * Decides about a request as IAM's documents say: a denial anywhere wins; an endpoint has to let it
 * through; then the identity or the resource has to allow it, both of them across accounts, and the
 * policy of a key always. Knows what the tests need and refuses anything else, so that a new operator
 * can't pass unread.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
 */
export function evaluate(policies: IamPolicies, request: IamRequest): IamDecision {
  const seen = {
    identity: (policies.identity ?? []).flatMap((json) => matching(json, request, 'identity')),
    endpoint: matching(policies.endpoint, request, 'resource'),
    resource: matching(policies.resource, request, 'resource'),
  };
  // Nobody needs a permission to ask who he is, and no denial of his own policies counts.
  // https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
  if (request.action === 'sts:GetCallerIdentity') seen.identity = [];
  for (const [where, statements] of Object.entries(seen)) {
    const denial = statements.find(({ Effect }) => Effect === 'Deny');
    if (denial) return { allowed: false, reason: `denied by ${where} ${denial.Sid ?? ''}`.trim() };
  }
  if (policies.endpoint !== undefined && seen.endpoint.length === 0) {
    return { allowed: false, reason: 'nothing in endpoint allows' };
  }
  if (request.action === 'sts:GetCallerIdentity') return { allowed: true, reason: 'always' };
  return decide(request, seen);
}

function decide(
  request: IamRequest,
  seen: { readonly identity: readonly Statement[]; readonly resource: readonly Statement[] },
): IamDecision {
  const { principal, resourceAccount, action } = request;
  const named = seen.resource.find((statement) => !delegates(statement, resourceAccount));
  const delegated = seen.resource.find((statement) => delegates(statement, resourceAccount));
  const own = seen.identity[0];
  const allowed = (statement: Statement): IamDecision => ({
    allowed: true,
    reason: `allowed by ${statement.Sid ?? 'a statement'}`,
  });
  const missing = (where: string): IamDecision => ({
    allowed: false,
    reason: `nothing in ${where} allows`,
  });
  if (principal.kind !== 'aws') return named ? allowed(named) : missing('resource');
  const needsResource = action.startsWith('kms:') || principal.account !== resourceAccount;
  if (needsResource) {
    if (named && principal.account === resourceAccount) return allowed(named);
    if (!named && !delegated) return missing('resource');
    return own ? allowed(own) : missing('identity');
  }
  const found = own ?? named;
  return found ? allowed(found) : missing('identity');
}

/** Whether a statement hands the decision to the account's IAM policies. */
function delegates({ Principal }: Statement, account: string): boolean {
  if (typeof Principal !== 'object') return false;
  return list(Principal.AWS).some(
    (arn) => arn === account || arn.endsWith(`:iam::${account}:root`),
  );
}

function matching(
  json: string | undefined,
  request: IamRequest,
  kind: 'identity' | 'resource',
): readonly Statement[] {
  if (json === undefined) return [];
  const { Statement: statements } = JSON.parse(json) as {
    readonly Statement: Statement | readonly Statement[];
  };
  return ([] as Statement[])
    .concat(statements as Statement[])
    .filter(
      (statement) =>
        (kind === 'identity' || isPrincipal(statement.Principal, request)) &&
        applies(statement, request),
    );
}

function isPrincipal(
  principal: Statement['Principal'],
  { principal: who, resourceAccount }: IamRequest,
): boolean {
  if (principal === undefined) throw new Error('a policy of a resource names principals');
  if (principal === '*') return true;
  switch (who.kind) {
    case 'service':
      return list(principal.Service).includes(who.name);
    case 'federated':
      return list(principal.Federated).some((name) => name === '*' || name === who.name);
    case 'anonymous':
      return list(principal.AWS).includes('*');
    case 'aws':
      return list(principal.AWS).some(
        (arn) =>
          arn === '*' ||
          arn === who.arn ||
          arn === who.account ||
          (arn.endsWith(`:iam::${who.account}:root`) && resourceAccount !== ''),
      );
  }
}

function applies(statement: Statement, request: IamRequest): boolean {
  const { Action, NotAction, Resource, NotResource, Condition = {} } = statement;
  const context = new Map(
    Object.entries(request.context).map(([key, value]) => [key.toLowerCase(), value]),
  );
  const action = request.action.toLowerCase();
  const isAction = (patterns: OneOrMany) =>
    list(patterns).some((pattern) => matches(pattern.toLowerCase(), action));
  const isResource = (patterns: OneOrMany) =>
    list(patterns).some((pattern) => {
      const known = substitute(pattern, context);
      return known !== undefined && matches(known, request.resource);
    });
  return (
    (Action === undefined || isAction(Action)) &&
    (NotAction === undefined || !isAction(NotAction)) &&
    (Resource === undefined || isResource(Resource)) &&
    (NotResource === undefined || !isResource(NotResource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, key, list(wanted), context)),
    )
  );
}

/** Whether a condition holds. A key that is not in the request meets negated operators alone. */
function holds(
  operator: string,
  key: string,
  wanted: readonly string[],
  context: ReadonlyMap<string, string>,
): boolean {
  const got = context.get(key.toLowerCase());
  if (operator === 'Null') return wanted.includes(String(got === undefined));
  const optional = operator.endsWith('IfExists');
  const name = optional ? operator.slice(0, -'IfExists'.length) : operator;
  const negated = /Not(Equals|Like)/.test(name) || name === 'NotIpAddress';
  if (got === undefined) return optional || negated;
  // A variable that the request lacks equals nothing.
  const values = wanted
    .map((value) => substitute(value, context))
    .filter((value): value is string => value !== undefined);
  const some = values.some((value) => compare(name.replace('Not', ''), got, value));
  return negated ? !some : some;
}

function compare(operator: string, got: string, wanted: string): boolean {
  switch (operator) {
    case 'StringEquals':
      return got === wanted;
    case 'StringEqualsIgnoreCase':
    case 'Bool':
      return got.toLowerCase() === wanted.toLowerCase();
    // For ARNs both match wildcards.
    case 'ArnEquals':
    case 'ArnLike':
    case 'StringLike':
      return matches(wanted, got);
    case 'NumericLessThan':
      return Number(got) < Number(wanted);
    case 'NumericLessThanEquals':
      return Number(got) <= Number(wanted);
    case 'IpAddress':
      return isWithin(got, wanted);
    default:
      throw new Error(`condition operator ${operator}: not known to the evaluator`);
  }
}

function isWithin(address: string, network: string): boolean {
  const [base = '', prefix = '32'] = network.split('/');
  const number = (text: string) =>
    text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(prefix));
  return Math.floor(number(address) / size) === Math.floor(number(base) / size);
}

/** A pattern with its variables filled in; undefined when the request lacks one. */
function substitute(pattern: string, context: ReadonlyMap<string, string>): string | undefined {
  const variables = [...pattern.matchAll(/\$\{([^}]+)\}/g)].map(([, name = '']) => name);
  if (variables.some((name) => context.get(name.toLowerCase()) === undefined)) return undefined;
  return pattern.replace(
    /\$\{([^}]+)\}/g,
    (_text, name: string) => context.get(name.toLowerCase()) ?? '',
  );
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

const list = (value: OneOrMany | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;
