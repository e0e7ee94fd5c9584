import Module from 'node:module';

/**
 * Keeps Pulumi from loading what it needs to serialize functions, which no program of ours does:
 * the TypeScript compiler and npm's dependency reader make up two thirds of its start-up.
 *
 * Must be imported before anything that imports Pulumi. Whoever touches one of them all the same
 * gets an error that says so.
 */
const unneeded: ReadonlySet<string> = new Set(['typescript', '@npmcli/arborist']);

type Load = (this: unknown, request: string, ...rest: unknown[]) => unknown;

const loader = Module as typeof Module & { _load: Load };
const load = loader._load;

loader._load = function (request, ...rest) {
  return unneeded.has(request) ? refusing(request) : load.call(this, request, ...rest);
};

function refusing(request: string): object {
  return new Proxy(
    {},
    {
      get: (_target, key) => {
        if (key === '__esModule' || typeof key === 'symbol') return undefined;
        throw new Error(
          `${request} is not loaded in the command: nothing here serializes functions`,
        );
      },
    },
  );
}
