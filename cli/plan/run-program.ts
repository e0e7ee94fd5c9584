import * as pulumi from '@pulumi/pulumi';
import { simulateAws } from './aws-provider';
import { PlanMonitor, type RegisteredResource } from './monitor';
import type { PkiStore } from './pki-store';
import { tlsProvider } from './tls-provider';

/** What running the program gives. */
export interface ProgramRun {
  readonly resources: readonly RegisteredResource[];
  /** Stack outputs; secrets are still wrapped. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** How to run it. */
export interface ProgramOptions {
  readonly project: string;
  readonly stack: string;
  readonly region: string;
  readonly pki: PkiStore;
  readonly now: Date;
}

/**
 * Runs a Pulumi program in this process against a monitor of ours: no account, no engine, no
 * network. TLS resources yield real keys and certificates; AWS's answers are fakes.
 */
export async function runProgram(
  program: () => Record<string, unknown>,
  options: ProgramOptions,
): Promise<ProgramRun> {
  const aws = simulateAws(options.region);
  const monitor = new PlanMonitor(options.project, options.stack, {
    create: async (type, name, inputs) => {
      const issue = tlsProvider[type];
      if (!issue) return aws.create(type, name, inputs);
      return {
        id: name,
        computed: await issue(`${type} ${name}`, inputs, options.pki, options.now),
      };
    },
    invoke: aws.invoke,
  });
  pulumi.runtime.setMockOptions(monitor, options.project, options.stack, false);
  await withoutStackTraces(() =>
    untilDone(async () => {
      await pulumi.runtime.runInPulumiStack(() => Promise.resolve(program()));
      await pulumi.runtime.disconnect();
    }),
  );
  const stack = monitor.resources.find(({ type }) => type === 'pulumi:pulumi:Stack');
  return {
    resources: monitor.resources.filter((resource) => resource !== stack),
    outputs: monitor.outputs.get(stack?.urn ?? '') ?? {},
  };
}

/**
 * The SDK reads the whole stack for every resource and lifts the limit to do so: a third of the
 * time of a plan. V8 captures no stack while the limit is an accessor.
 */
async function withoutStackTraces(work: () => Promise<void>): Promise<void> {
  const limit = Error.stackTraceLimit;
  Object.defineProperty(Error, 'stackTraceLimit', {
    configurable: true,
    get: () => 0,
    set: () => undefined,
  });
  try {
    await work();
  } finally {
    Object.defineProperty(Error, 'stackTraceLimit', {
      configurable: true,
      writable: true,
      enumerable: true,
      value: limit,
    });
  }
}

/** Ends with the first error inside an `apply`, which Pulumi would drop otherwise. */
async function untilDone(work: () => Promise<void>): Promise<void> {
  let refuse: (reason: unknown) => void = () => undefined;
  const refused = new Promise<never>((_resolve, reject) => {
    refuse = reject;
  });
  process.on('unhandledRejection', refuse);
  await Promise.race([work(), refused]);
  // After a failure it stays: every resource that waits for the failed one fails as well.
  process.off('unhandledRejection', refuse);
}
