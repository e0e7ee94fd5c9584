import * as pulumi from '@pulumi/pulumi';
import { PkiStore } from '../cli/plan/pki-store';
import { planStack } from '../stacks/cluster/plan-stack';
import { registerCluster } from '../cli/plan/register-cluster';
import { resolveBlueprint } from '../lib/blueprint/resolve';
import { inTurn } from '../stacks/machines/in-turn';
import { WorkerPool } from '../stacks/machines/worker-pool';
import { median, printFigures } from './figure';

// Processor time that a resource takes in a run of 50 and in one of 2,000, and that a further pool
// takes in a cluster with few and with 500: neither must grow with their number. Beside it stand
// resources of no project at all, registered all at once, as a loop of a program does it.

const small = 50;
const large = 2000;
const rounds = 5;
const clusterRounds = 3;
/** More than this, and time is not linear. */
const allowedGrowth = 1.3;

const perPool = 4;

/** Worker pools, as the cluster makes them: two components, a launch template and a group each. */
async function registerPools(count: number): Promise<void> {
  const indexes = Array.from({ length: Math.ceil(count / perPool) }, (_, index) => index);
  await inTurn(
    indexes,
    (index) =>
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
      }).groupName,
  );
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

/** As many resources, without a line of this project. */
function registerPlain(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    new Plain(`plain-${index}`);
  }
  return Promise.resolve();
}

/** Of all threads, garbage collection too; other programs on the machine hardly change it. */
function processorMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Mean over as many small runs as make up a large one, so that both pay for their garbage. */
async function inSmallRuns(register: (count: number) => Promise<void>): Promise<number> {
  let sum = 0;
  for (let run = 0; run < large / small; run += 1) {
    sum += await microsecondsPerResource(register, small);
  }
  return sum / (large / small);
}

async function microsecondsPerResource(
  register: (count: number) => Promise<void>,
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
  const started = processorMicroseconds();
  await pulumi.runtime.runInPulumiStack(async () => {
    await register(count);
    return {};
  });
  await pulumi.runtime.disconnect();
  const elapsed = processorMicroseconds() - started;
  if (registered < count) throw new Error(`got ${registered} resources, expected ${count}`);
  return elapsed / registered;
}

/** Planning a whole cluster, in processor time of a mean run, and how many resources it has. */
async function planPools(
  pools: number,
  times: number,
): Promise<{ microseconds: number; resources: number }> {
  const started = processorMicroseconds();
  const today = '2026-11-22';
  const blueprint = resolveBlueprint(
    {
      name: 'bench',
      region: 'eu-central-1',
      access: { apiCidrs: [], sshCidrs: ['198.51.100.0/24'] },
      bastion: { userCaKeys: [], authorizedKeys: [sshKey] },
      workers: Array.from({ length: pools }, (_, index) => ({ name: `pool-${index}` })),
    },
    { today },
  );
  const now = new Date(`${today}T00:00:00Z`);
  let count = 0;
  for (let time = 0; time < times; time += 1) {
    const store = PkiStore.open('/nonexistent');
    const { resources } = await registerCluster(planStack(blueprint), store, now);
    count = resources.length;
  }
  return { microseconds: (processorMicroseconds() - started) / times, resources: count };
}

/** Only its form counts. */
const sshKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ0aGlzLWlzLWEtdGVzdC1rZXktb25seS0wMDAw bench@example.com';

/** What each resource of further pools takes: from 5 to 50 pools, and from 50 to 500. */
async function measureFurtherPools(): Promise<{ few: number; many: number }> {
  const further = { few: [] as number[], many: [] as number[] };
  await planPools(50, 4);
  for (let round = 0; round < clusterRounds; round += 1) {
    const least = await planPools(5, 4);
    const middle = await planPools(50, 4);
    const most = await planPools(500, 1);
    const between = (a: typeof least, b: typeof least) =>
      (b.microseconds - a.microseconds) / (b.resources - a.resources);
    further.few.push(between(least, middle));
    further.many.push(between(middle, most));
  }
  return { few: median(further.few), many: median(further.many) };
}

async function main(): Promise<void> {
  // As the program does, see stacks/index.ts.
  Error.stackTraceLimit = 0;
  const pools = { few: [] as number[], many: [] as number[] };
  const plain = { few: [] as number[], many: [] as number[] };
  for (const register of [registerPools, registerPlain]) {
    await inSmallRuns(register);
    await microsecondsPerResource(register, large);
  }
  // In turns, so that a busy moment of the machine hits all of them.
  for (let round = 0; round < rounds; round += 1) {
    pools.few.push(await inSmallRuns(registerPools));
    pools.many.push(await microsecondsPerResource(registerPools, large));
    plain.few.push(await inSmallRuns(registerPlain));
    plain.many.push(await microsecondsPerResource(registerPlain, large));
  }
  const further = await measureFurtherPools();
  const [few, many] = [median(pools.few), median(pools.many)];
  const [plainFew, plainMany] = [median(plain.few), median(plain.many)];
  const growths = [many / few, further.many / further.few];
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
        name: 'cluster with 500 pools in place of 50, a further resource',
        unit: 'µs',
        value: further.many,
        peer: further.few,
        ratio: further.many / further.few,
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
  for (const growth of growths.filter((value) => value > allowedGrowth)) {
    console.error(
      `bench: got ${growth.toFixed(2)} times the time for a resource among many, expected at most ${allowedGrowth}`,
    );
    process.exitCode = 1;
  }
}

void main();
