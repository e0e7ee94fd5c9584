/** One thing wrong with the configuration. */
export interface Problem {
  /** Where, as a path of keys such as `network.vpcCidr` or `workers[1].name`. */
  readonly path: string;
  /** The value found there. */
  readonly got: unknown;
  /** What would be accepted, with an example. */
  readonly expected: string;
}

/** Thrown once, with every problem of the configuration. */
export class BlueprintError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(renderProblem).join('\n'));
    this.name = 'BlueprintError';
  }
}

/** One line such as `network.vpcCidr: got "10.0.0.0/33", expected an IPv4 CIDR such as "10.0.0.0/16"`. */
export function renderProblem(problem: Problem): string {
  const got = problem.got === undefined ? 'nothing' : JSON.stringify(problem.got);
  return `${problem.path || '(top level)'}: got ${got}, expected ${problem.expected}`;
}
