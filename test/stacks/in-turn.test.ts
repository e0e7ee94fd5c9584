import { describe, expect, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { setImmediate as settled } from 'node:timers/promises';
import { HardenedCluster } from '../../stacks/cluster/hardened-cluster';
import { inTurn } from '../../stacks/machines/in-turn';
import { makePlan } from '../support/cluster/cluster-plan';
import { recordRun } from '../support/cluster/mocks';

/** Resources of a test: which were begun, and a way to end each. */
function pretend() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const make = (item: string) => {
    begun.push(item);
    return pulumi.output(
      new Promise<string>((resolve) => {
        ends.set(item, () => {
          resolve(`id of ${item}`);
        });
      }),
    );
  };
  const end = async (item: string) => {
    ends.get(item)?.();
    await settled();
  };
  return { begun, make, end };
}

describe('making resources in turn', () => {
  test('begins the first at once, and another for each that has ended', async () => {
    const { begun, make, end } = pretend();
    const all = inTurn(['a', 'b', 'c', 'd'], make, 2);
    expect(begun).toEqual(['a', 'b']);
    await settled();
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    await end('c');
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    await end('a');
    await end('d');
    const values: string[] = [];
    for (const output of await all) output.apply((value) => values.push(value));
    await settled();
    // In the order of the items, not of their ends.
    expect(values).toEqual(['id of a', 'id of b', 'id of c', 'id of d']);
  });

  test('goes on where a value is not known', async () => {
    const { resources } = await recordRun(
      () => {
        const waiting = inTurn(['a', 'b', 'c'], (name) => new Plain(name).other, 1);
        return { all: pulumi.output(waiting) };
      },
      { preview: true },
    );
    expect(resources.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  test('fails when a later one has wrong arguments', async () => {
    const make = (item: string) => {
      if (item === 'c') throw new Error('c: wrong');
      return pulumi.output(item);
    };
    await expect(inTurn(['a', 'b', 'c'], make, 1)).rejects.toThrow('c: wrong');
  });
});

class Plain extends pulumi.CustomResource {
  readonly other!: pulumi.Output<string>;

  constructor(name: string) {
    super('test:index:Plain', name, { other: undefined });
  }
}

// More than begin at once: the program must not end before the last.
test.each([true, false])('registers every one of 40 pools (preview: %s)', async (preview) => {
  const pools = Array.from({ length: 40 }, (_, index) => `pool-${index}`);
  const { resources, outputs } = await recordRun(
    () => {
      const plan = makePlan({ workers: pools.map((name) => ({ name })) });
      return { ...new HardenedCluster('prod', { plan, allowUnlocked: true }).outputs };
    },
    { preview },
  );
  const groups = resources.filter(({ type }) => type === 'aws:autoscaling/group:Group');
  expect(groups.map(({ name }) => name).sort()).toEqual(
    ['prod-bastion', 'prod-control-plane', ...pools.map((pool) => `prod-worker-${pool}`)].sort(),
  );
  if (!preview)
    expect(Object.keys(outputs.workerGroups as object).sort()).toEqual([...pools].sort());
});
