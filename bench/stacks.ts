import * as pulumi from '@pulumi/pulumi';
import { WorkerPool } from '../stacks/worker-pool';
import { median, printFigures } from './figure';

// Time a resource takes in a run of 50 and in one of 2,000: it must not grow with their number.
// Held against resources of no project at all, registered with the same monitor.

const small = 50;
const large = 2000;
const rounds = 5;
/**
 * More growth than this over the SDK's own, and time is not linear. The SDK keeps every promise of
 * every resource until the end, so that the garbage collector takes longer in a large run.
 */
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

/** Mean over as many small runs as make up a large one. */
async function inSmallRuns(register: (count: number) => void): Promise<number> {
  let sum = 0;
  for (let run = 0; run < large / small; run += 1) {
    sum += await microsecondsPerResource(register, small);
  }
  return sum / (large / small);
}

async function microsecondsPerResource(
  register: (count: number) => void,
  count: number,
): Promise<number> {
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
    register(count);
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
  await inSmallRuns(registerPools);
  const pools = { few: [] as number[], many: [] as number[] };
  const plain = { few: [] as number[], many: [] as number[] };
  // In turns, so that a busy moment of the machine hits all of them; as many resources in small runs
  // as in the large one, so that each pays for the garbage that it makes.
  for (let round = 0; round < rounds; round += 1) {
    pools.few.push(await inSmallRuns(registerPools));
    pools.many.push(await microsecondsPerResource(registerPools, large));
    plain.few.push(await inSmallRuns(registerPlain));
    plain.many.push(await microsecondsPerResource(registerPlain, large));
  }
  const [few, many] = [median(pools.few), median(pools.many)];
  const [plainFew, plainMany] = [median(plain.few), median(plain.many)];
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
  const growth = many / few / (plainMany / plainFew);
  if (growth > allowedGrowth) {
    console.error(
      `bench: got ${growth.toFixed(2)} times the SDK's growth, expected ${allowedGrowth}`,
    );
    process.exitCode = 1;
  }
}

void main();
