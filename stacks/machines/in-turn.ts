import * as pulumi from '@pulumi/pulumi';

/** As many as the Pulumi engine works on at once on a machine with four processors. */
const defaultWidth = 16;

/**
 * Makes resources for many items, a few at a time; the first of them at once.
 *
 * The SDK holds some 150 KB for each resource from its constructor until the engine has answered.
 * Made all at once, those of 500 pools take 300 MB, and collecting that garbage takes longer than
 * anything else. So the next item waits for one before it: for no order, only for its turn.
 *
 * The caller waits for the result by an output of a component; else the program may end early.
 *
 * @param make gives what the next item waits for; a value that is not known, as in a preview, will do
 */
export async function inTurn<T, R>(
  items: readonly T[],
  make: (item: T) => pulumi.Output<R>,
  width: number = defaultWidth,
): Promise<readonly pulumi.Output<R>[]> {
  const made: pulumi.Output<R>[] = [];
  const queue = items.entries();
  const lane = async () => {
    for (const [index, item] of queue) {
      const output = make(item);
      made[index] = output;
      await settled(output);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return made;
}

/** Resolves when the engine has answered, and fails when it refused. */
async function settled(output: pulumi.Output<unknown>): Promise<void> {
  await pulumi.runtime.serializeProperty('turn', output, new Set());
}
