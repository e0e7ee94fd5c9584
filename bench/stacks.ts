import * as pulumi from '@pulumi/pulumi';
import { WorkerPool } from '../stacks/worker-pool';
import { median, printFigures } from './figure';

// Time a resource takes in a run of 50 and in one of 2,000: it must not grow with their number.
// Held against resources of no project at all, registered with the same monitor.

const small = 50;
const large = 2000;
const rounds = 7;
/** More than this, and time is not linear. */
const allowedGrowth = 1.3;

const perPool = 4;

/** Worker pools: two components, a launch template and a group each. */
function registerPools(count: number): void {
  for (let index = 0; index < count / perPool; index += 1) {
    new WorkerPool(`pool-${index}`, {
      imageId: 'ami-1',
      instanceType: 'm7g.large',
      minimum: 1,
      maximum: 3,
      nodePorts: [],
      subnetIds: ['subnet-a', 'subnet-b', 'subnet-c'],
      securityGroupIds: ['sg-1'],
      instanceProfileArn: 'arn:aws:iam::123456789012:instance-profile/worker',
      userData: '#!/bin/sh\n',
      rootVolumeGibibytes: 50,
      keyArn: 'arn:aws:kms:eu-central-1:123456789012:key/1',
      tags: { 'hardened-cluster:cluster': 'bench' },
    });
  }
}

class Plain extends pulumi.CustomResource {
  constructor(name: string) {
    super('bench:index:Plain', name, {
      tags: { Name: name },
      list: ['a', 'b', 'c'],
      nested: { text: 'x', number: 1 },
    });
  }
}

/** As many resources with as many inputs, without a line of this project. */
function registerPlain(count: number): void {
  for (let index = 0; index < count; index += 1) {
    new Plain(`plain-${index}`);
  }
}

async function microsecondsPerResource(register: () => void, count: number): Promise<number> {
  let registered = 0;
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      if (type !== 'pulumi:pulumi:Stack') registered += 1;
      const state = inputs as Record<string, unknown>;
      return { id: name, state: { ...state, name, latestVersion: 1 } };
    },
    call: ({ inputs }) => inputs as Record<string, unknown>,
  });
  const started = process.hrtime.bigint();
  await pulumi.runtime.runInPulumiStack(() => {
    register();
    return Promise.resolve({});
  });
  await pulumi.runtime.disconnect();
  const elapsed = Number(process.hrtime.bigint() - started) / 1000;
  if (registered < count) throw new Error(`got ${registered} resources, expected ${count}`);
  return elapsed / registered;
}

async function main(): Promise<void> {
  // As the program does, see stacks/index.ts.
  Error.stackTraceLimit = 0;
  await microsecondsPerResource(() => {
    registerPools(small);
  }, small);
  const times: Record<'small' | 'large' | 'plain' | 'plainSmall', number[]> = {
    small: [],
    large: [],
    plain: [],
    plainSmall: [],
  };
  // Taken in turns, so that a busy moment of the machine hits all of them.
  for (let round = 0; round < rounds; round += 1) {
    for (let repeat = 0; repeat < 5; repeat += 1) {
      times.small.push(
        await microsecondsPerResource(() => {
          registerPools(small);
        }, small),
      );
      times.plainSmall.push(
        await microsecondsPerResource(() => {
          registerPlain(small);
        }, small),
      );
    }
    times.large.push(
      await microsecondsPerResource(() => {
        registerPools(large);
      }, large),
    );
    times.plain.push(
      await microsecondsPerResource(() => {
        registerPlain(large);
      }, large),
    );
  }
  const [few, many] = [median(times.small), median(times.large)];
  const [plainFew, plainMany] = [median(times.plainSmall), median(times.plain)];
  printFigures(
    [
      { name: `stack of ${small} resources, a resource`, unit: 'µs', value: few },
      {
        name: `stack of ${large} resources, a resource`,
        unit: 'µs',
        value: many,
        peer: few,
        ratio: many / few,
      },
      {
        name: `${large} resources without this project, a resource`,
        unit: 'µs',
        value: plainMany,
        peer: plainFew,
        ratio: plainMany / plainFew,
      },
    ],
    process.argv.includes('--json'),
  );
  if (many / few > allowedGrowth) {
    console.error(
      `bench: got ${(many / few).toFixed(2)} times per resource, expected ${allowedGrowth}`,
    );
    process.exitCode = 1;
  }
}

void main();
