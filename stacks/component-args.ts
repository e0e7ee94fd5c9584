import type { Input } from '@pulumi/pulumi';
import { renderProblem, type Problem } from '../lib/blueprint/problem';

/** Tags of a resource, without the `Name` that each one adds. */
export type Tags = Readonly<Record<string, string>>;

/** Where in AWS a component works. */
export interface AwsAccount {
  /** Twelve digits. */
  readonly id: Input<string>;
  /** `aws`, `aws-us-gov` and so on. */
  readonly partition: Input<string>;
  /** Such as `eu-central-1`. */
  readonly region: string;
}

/** What becomes of data when its stack is destroyed. */
export interface DataLife {
  /** Whether a destruction of the stack is refused before it begins. @default true */
  readonly protect?: boolean;
  /** Whether the data stays when the stack goes. @default true */
  readonly retain?: boolean;
}

/** Thrown once by a component, with everything wrong with its arguments. */
export class ArgumentsError extends Error {
  constructor(
    readonly component: string,
    readonly problems: readonly Problem[],
  ) {
    super(problems.map((problem) => `${component}: ${renderProblem(problem)}`).join('\n'));
    this.name = 'ArgumentsError';
  }
}

/**
 * Ends a component before it registers anything when its arguments are wrong.
 *
 * @throws ArgumentsError with every problem.
 */
export function validateArgs(component: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ArgumentsError(component, problems);
}

/** Pulumi type of a component of this project. */
export const componentType = (name: string) => `hardened-cluster:stacks:${name}`;
