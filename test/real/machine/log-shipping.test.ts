import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, renameSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { planCluster } from '../../../lib/cluster/plan-cluster';
import { FakeAws, fakeCredentials } from '../../support/aws/fake-aws';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';
import { machineNamed, MachineRoot } from '../../support/machine/machine-root';

const machine = machineNamed(planCluster(makeBlueprint()).machines, 'control-plane');

/** Answers as journalctl does, out of a file with one entry a line. */
const journalctl = `
after=$(printf '%s' "$*" | sed -n 's/.*--after-cursor=\\([^ ]*\\).*/\\1/p')
if [ -z "$after" ]; then cat "$HC_ROOT/journal"
else sed "1,/\\"__CURSOR\\": *\\"$after\\"/d" "$HC_ROOT/journal"; fi`;

const instance = 'control-plane/10.0.24.4/i-0123456789abcdef0';
const journalStream = `/hardened-cluster/prod/control-plane ${instance}/journal`;
const auditStream = `/hardened-cluster/prod/audit ${instance}/audit`;

describe('the shipper of logs', () => {
  let cloud: FakeAws;
  let root: MachineRoot;
  const ship = () =>
    root.run(join(root.path, 'usr/local/lib/hardened-cluster/ship-logs'), ['--once']);
  const entry = (number: number, message: unknown = `line ${number}`) =>
    JSON.stringify({
      __CURSOR: `s=1;i=${number}`,
      __REALTIME_TIMESTAMP: String((Date.now() - 60_000 + number) * 1000),
      MESSAGE: message,
      PRIORITY: '6',
      _SYSTEMD_UNIT: 'etcd.service',
      _HOSTNAME: 'left out',
    });
  const journal = (entries: readonly string[]) => {
    appendFileSync(join(root.path, 'journal'), entries.map((line) => `${line}\n`).join(''));
  };
  const messages = (stream: string) =>
    cloud.events.get(stream)?.map(({ message }) => message) ?? [];

  beforeAll(() => {
    expect(machine.units.map(({ name }) => name)).toContain('hardened-cluster-logs.service');
  });
  beforeEach(async () => {
    cloud = await new FakeAws().start();
    root = new MachineRoot(machine, cloud, { journalctl });
    for (const { path, content, mode = '0644' } of machine.files) {
      if (/ship-logs|aws_client/.test(path)) root.write(path.slice(1), content, parseInt(mode, 8));
    }
    root.write(
      'etc/hardened-cluster/machine.env',
      'HC_CLUSTER=prod\nHC_MACHINE=control-plane\nHC_REGION=eu-central-1\n',
    );
    root.write('journal', '');
  });
  afterEach(async () => {
    root.remove();
    await cloud.stop();
  });

  it('sends the journal once, signed, and goes on from there', async () => {
    journal([1, 2, 3].map((number) => entry(number)));
    expect(await ship()).toEqual({ code: 0, output: '' });
    expect(messages(journalStream)).toEqual([
      '{"message": "line 1", "priority": "6", "unit": "etcd.service"}',
      '{"message": "line 2", "priority": "6", "unit": "etcd.service"}',
      '{"message": "line 3", "priority": "6", "unit": "etcd.service"}',
    ]);
    journal([entry(4, [104, 105, 255])]);
    expect(await ship()).toEqual({ code: 0, output: '' });
    expect(messages(journalStream)).toHaveLength(4);
    expect(messages(journalStream).at(-1)).toContain('"message": "hi\\\\xff"');
    expect(await ship()).toEqual({ code: 0, output: '' });
    expect(messages(journalStream)).toHaveLength(4);
    expect(cloud.refusals).toEqual([]);
  });

  it('keeps every request within the limits of the service', async () => {
    journal([
      ...Array.from({ length: 12_000 }, (_, index) => entry(index + 1)),
      entry(12_001, 'x'.repeat(700_000)),
      entry(12_002, 'ä'.repeat(400_000)),
    ]);
    expect(await ship()).toEqual({ code: 0, output: '' });
    expect(cloud.refusals).toEqual([]);
    expect(cloud.batches.length).toBeGreaterThan(2);
    const sent = messages(journalStream);
    expect(sent.slice(0, 12_000)).toHaveLength(12_000);
    const rest = sent.slice(12_000).join('');
    expect(rest.match(/x/g)).toHaveLength(700_000);
    expect(rest.match(/ä/g)).toHaveLength(400_000);
  });

  it('follows the audit log through its rotation, whole lines only', async () => {
    const log = 'var/log/kubernetes/audit/audit.log';
    root.write(log, '{"n":1}\n{"n":2}\n{"n":3');
    expect(await ship()).toMatchObject({ code: 0 });
    expect(messages(auditStream)).toEqual(['{"n":1}', '{"n":2}']);
    appendFileSync(join(root.path, log), '}\n{"n":4}\n');
    renameSync(
      join(root.path, log),
      join(root.path, 'var/log/kubernetes/audit/audit-2026-11-22T08-00-00.000.log'),
    );
    root.write(log, '{"n":5}\n');
    expect(await ship()).toMatchObject({ code: 0 });
    expect(messages(auditStream).sort()).toEqual(
      [1, 2, 3, 4, 5].map((number) => `{"n":${number}}`),
    );
    expect(await ship()).toMatchObject({ code: 0 });
    expect(messages(auditStream)).toHaveLength(5);
  });

  it('sends each recorded session to a stream of its own', async () => {
    root.write('var/log/hardened-cluster/sessions/a-ops-1.cast', '{"version":2}\n[0.1,"o","hi"]\n');
    root.write('var/log/hardened-cluster/sessions/b-ops-2.cast', '{"version":2}\n');
    expect(await ship()).toMatchObject({ code: 0 });
    const group = '/hardened-cluster/prod/sessions';
    expect(messages(`${group} ${instance}/a-ops-1.cast`)).toEqual([
      '{"version":2}',
      '[0.1,"o","hi"]',
    ]);
    expect(messages(`${group} ${instance}/b-ops-2.cast`)).toEqual(['{"version":2}']);
  });

  it('loses nothing while the service is away, and shows no credential', async () => {
    journal([entry(1)]);
    cloud.faults.set('Logs_20140328.PutLogEvents', 'error');
    const failed = await ship();
    expect(failed.code).toBe(1);
    expect(failed.output).toBe(
      'error: journal: PutLogEvents: got HTTP 400 ServiceUnavailableException, expected HTTP 200\n',
    );
    for (const text of Object.values(fakeCredentials)) expect(failed.output).not.toContain(text);
    cloud.faults.clear();
    expect(await ship()).toMatchObject({ code: 0 });
    expect(messages(journalStream)).toHaveLength(1);
  });

  it('gives journalctl arguments that it takes', () => {
    for (const start of ['--since=-13d', '--after-cursor=s=0123;i=1']) {
      const { status, stderr } = spawnSync(
        'journalctl',
        ['--output=json', '--no-pager', start, '--directory', root.path],
        { encoding: 'utf8' },
      );
      // A cursor that is not there is no fault of the arguments.
      expect(stderr).not.toMatch(/unrecognized|only one of|invalid option/i);
      expect(status === 0 || /cursor|journal/i.test(stderr)).toBe(true);
    }
  });
});
