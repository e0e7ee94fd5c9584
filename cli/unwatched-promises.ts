/**
 * Stands in the bundled command for Pulumi's leak detector, which keeps the stack of every promise:
 * a tenth of the time of a plan. The monitor waits for every resource anyway.
 */
export const debugPromiseLeaks = false;

export const debuggablePromise = <T>(promise: T): T => promise;

export const leakedPromises = (): [Set<never>, string] => [new Set(), ''];

export const promiseDebugString = (): string => '';

export const errorString = (error: Error): string => error.stack ?? error.message;
