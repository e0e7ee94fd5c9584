import type { Check } from '../../check';
import type { Facts, MachineFact } from '../../facts';
import { fail, unknown, verdictOf, type Finding } from '../../finding';
import { blocks, readCloud, references, resolve, resourcesOfKind } from '../../readers/cloud';
import { durationSeconds } from '../../readers/duration';
import { etcdMachines } from '../../readers/etcd-members';
import { directiveValues, readUnit, unitNames } from '../../readers/systemd-unit';
import { textAt } from '../../readers/values';

const week = 604800;

/** Backups of etcd. */
export const backupChecks: readonly Check[] = [
  {
    id: 'backup/scheduled',
    title: 'A timer of each etcd machine starts a backup',
    why: 'A mistake or an attack that deletes objects deletes them on every member at once.',
    remedy: 'Run etcdctl snapshot save by a timer and keep the file elsewhere.',
    run: (facts) =>
      evaluateEtcdMachines(facts, (machine) => {
        const timers = backupTimers(machine);
        return {
          holds: timers.length > 0,
          evidence: `${machine.name}: ${timers.map(({ name }) => name).join(', ') || 'no timer for backups'}`,
        };
      }),
  },
  {
    id: 'backup/at-least-weekly',
    title: 'Backups are made once a week or more often',
    why: 'Everything since the last backup is lost with the cluster.',
    remedy: 'Let the timer run at least weekly; hourly is the default here.',
    run: (facts) =>
      evaluateEtcdMachines(facts, (machine) => {
        const timers = backupTimers(machine);
        return {
          holds: timers.some(({ seconds }) => seconds !== undefined && seconds <= week),
          evidence: `${machine.name}: ${timers.map(({ name, words }) => `${name} (${words})`).join(', ') || 'no timer for backups'}`,
        };
      }),
  },
  {
    id: 'backup/thinned-out',
    title: 'Backups are kept the more sparsely the older they are',
    why: 'A mistake may be noticed after months: then a backup from before it must exist.',
    remedy: 'Keep hourly, daily, weekly and monthly snapshots for different times.',
    run: (facts) => {
      const cloud = readCloud(facts);
      if (!cloud) return unknown('no cloud resources among the facts');
      const rules = resourcesOfKind(
        cloud,
        'BucketLifecycleConfiguration',
        'BucketLifecycleConfigurationV2',
      ).flatMap(({ inputs }) => blocks(inputs, 'rules'));
      const kept = rules
        .filter((rule) => textAt(rule, 'status') !== 'Disabled')
        .filter((rule) => /snapshot|backup/i.test(prefixOf(rule) + (textAt(rule, 'id') ?? '')))
        .map((rule) => ({ prefix: prefixOf(rule), days: textAt(rule, 'expiration', 'days') }))
        .filter(({ days }) => days !== undefined);
      const lengths = new Set(kept.map(({ days }) => days));
      const evidence = kept.map(({ prefix, days }) => `${prefix}: ${days ?? ''} days`).join(', ');
      if (kept.length === 0) return fail('no lifecycle rule for backups');
      return lengths.size >= 3
        ? { status: 'pass', evidence: [evidence] }
        : fail(`all backups are kept alike: ${evidence}`);
    },
  },
  {
    id: 'backup/encrypted',
    title: 'The buckets that hold backups are encrypted',
    why: 'A backup of etcd holds everything that the cluster knows.',
    remedy: 'Set server-side encryption with a KMS key on the bucket.',
    run: (facts) => {
      const cloud = readCloud(facts);
      if (!cloud) return unknown('no cloud resources among the facts');
      const configurations = resourcesOfKind(
        cloud,
        'BucketServerSideEncryptionConfiguration',
        'BucketServerSideEncryptionConfigurationV2',
      );
      return verdictOf(
        resourcesOfKind(cloud, 'Bucket', 'BucketV2').map((bucket): Finding => {
          const algorithms = configurations
            .filter(({ inputs }) =>
              references(inputs, 'bucket').some(
                (reference) =>
                  resolve(cloud, reference)?.urn === bucket.urn ||
                  // Ids are unique within a type only: another resource may have this one too.
                  reference === bucket.id ||
                  reference === textAt(bucket.inputs, 'bucket'),
              ),
            )
            .flatMap(({ inputs }) => blocks(inputs, 'rules'))
            .flatMap((rule) => blocks(rule, 'applyServerSideEncryptionByDefault'))
            .map((block) => textAt(block, 'sseAlgorithm') ?? '');
          return {
            holds: algorithms.some((name) => /^aws:kms(:dsse)?$|^AES256$/.test(name)),
            evidence: `${bucket.name}: ${algorithms.join(', ') || 'no encryption configured'}`,
          };
        }),
        'no bucket among the facts',
      );
    },
  },
];

function evaluateEtcdMachines(facts: Facts, evaluate: (machine: MachineFact) => Finding) {
  return verdictOf(etcdMachines(facts)?.map(evaluate), 'no etcd machine among the facts');
}

interface BackupTimer {
  readonly name: string;
  readonly words: string;
  /** Longest time between two runs, where it can be read. */
  readonly seconds: number | undefined;
}

function backupTimers(machine: MachineFact): readonly BackupTimer[] {
  return unitNames(machine)
    .filter((name) => name.endsWith('.timer'))
    .flatMap((name) => {
      const timer = readUnit(machine, name) ?? [];
      const service = directiveValues(timer, 'Unit')[0] ?? name.replace(/\.timer$/, '.service');
      if (!makesBackup(machine, service)) return [];
      const every = directiveValues(timer, 'OnUnitActiveSec').map(durationSeconds);
      const calendar = directiveValues(timer, 'OnCalendar').map(calendarSeconds);
      const seconds = [...every, ...calendar].filter((value) => value !== undefined);
      const words = [
        ...directiveValues(timer, 'OnUnitActiveSec').map((value) => `every ${value}`),
        ...directiveValues(timer, 'OnCalendar'),
      ];
      return [
        {
          name,
          words: words.join(', '),
          seconds: seconds.length > 0 ? Math.min(...seconds) : undefined,
        },
      ];
    });
}

function makesBackup(machine: MachineFact, service: string): boolean {
  const unit = readUnit(machine, service) ?? [];
  return directiveValues(unit, 'ExecStart').some((line) => {
    if (/\bsnapshot save\b/.test(line)) return true;
    const program = line.split(/\s+/)[0]?.replace(/^[@:+!-]+/, '') ?? '';
    return /\bsnapshot save\b/.test(machine.files[program]?.content ?? '');
  });
}

/** Longest gap of an OnCalendar expression: a day of the month named means a month. */
function calendarSeconds(expression: string): number | undefined {
  const named: Readonly<Record<string, number>> = {
    minutely: 60,
    hourly: 3600,
    daily: 86400,
    weekly: week,
  };
  const known = named[expression.trim()];
  if (known !== undefined) return known;
  if (/^(monthly|quarterly|semiannually|yearly|annually)$/.test(expression.trim()))
    return 31 * 86400;
  if (/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b/.test(expression)) return week;
  if (/\*-\*-(\*|1\/1)\b|\*-\*-\*/.test(expression)) return 86400;
  return /^\*?:?\d|^[*\d/]+:/.test(expression) ? 86400 : 31 * 86400;
}

function prefixOf(rule: Readonly<Record<string, unknown>>): string {
  return textAt(rule, 'filter', 'prefix') ?? textAt(rule, 'prefix') ?? '';
}
