import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { planCluster } from '../../../lib/cluster/plan-cluster';
import { FakeAws } from '../../support/aws/fake-aws';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';
import { canIsolate } from '../../support/machine/machine-network';
import { machineNamed, MachineRoot } from '../../support/machine/machine-root';

const journald = '/lib/systemd/systemd-journald';
const where = existsSync(journald) && canIsolate() ? describe : describe.skip;
if (!existsSync(journald) && process.env.CI === 'true') throw new Error(`no ${journald}`);

const machine = machineNamed(planCluster(makeBlueprint()).machines, 'control-plane');
const instance = 'control-plane/10.0.24.4/i-0123456789abcdef0';
const journalStream = `/hardened-cluster/prod/control-plane ${instance}/journal`;
const auditStream = `/hardened-cluster/prod/audit ${instance}/audit`;

/** journald with a journal of its own, what a program sends to it, and then the shipper. */
const script = String.raw`
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journald.conf.d
printf '[Journal]\nReadKMsg=no\nStorage=volatile\nRateLimitBurst=0\nAudit=no\n' \
  >/run/systemd/journald.conf.d/test.conf
${journald} >/dev/null 2>&1 &
server=$!
tries=0
until [ -S /run/systemd/journal/socket ]; do sleep 0.1; tries=$((tries + 1)); [ $tries -lt 100 ]; done
/usr/bin/python3 -I -c "$1"
sleep 0.5
journalctl --sync 2>/dev/null || :
status=0
for round in $(seq "$2"); do
  "$HC_ROOT/usr/local/lib/hardened-cluster/ship-logs" --once || status=$?
done
kill $server
exit $status
`;

/** Sends entries as any unprivileged program may: large ones in a file without a name. */
const sender = (entries: string): string => `
import os, socket, struct
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.connect("/run/systemd/journal/socket")
def field(name, value):
    return name + b"\\n" + struct.pack("<Q", len(value)) + value + b"\\n"
def send(*fields):
    content = b"".join(field(name, value) for name, value in fields)
    if len(content) < 100_000:
        journal.send(content)
        return
    file = os.memfd_create("entry", os.MFD_ALLOW_SEALING)
    os.write(file, content)
    import fcntl
    fcntl.fcntl(file, 1033, 15)
    socket.send_fds(journal, [b""], [file])
${entries}
`;

where('the shipper of logs and the real journald, in hostile hands', () => {
  let cloud: FakeAws;
  let root: MachineRoot;
  const messages = (stream: string) =>
    cloud.events.get(stream)?.map(({ message }) => message) ?? [];
  const ship = (entries: string, rounds = 1) =>
    root.run('/usr/bin/unshare', [
      ...['-m', '--propagation', 'private', 'sh', '-euc', script, 'sh'],
      ...[sender(entries), String(rounds)],
    ]);

  beforeEach(async () => {
    cloud = await new FakeAws().start();
    root = new MachineRoot(machine, cloud);
    for (const { path, content, mode = '0644' } of machine.files) {
      if (/ship-logs|aws_client/.test(path)) root.write(path.slice(1), content, parseInt(mode, 8));
    }
    root.write(
      'etc/hardened-cluster/machine.env',
      'HC_CLUSTER=prod\nHC_MACHINE=control-plane\nHC_REGION=eu-central-1\n',
    );
  });
  afterEach(async () => {
    root.remove();
    await cloud.stop();
  });

  it('ships long, binary and repeated messages, and what comes behind them', async () => {
    const { code, output } = await ship(`
send((b"MESSAGE", b"l" * 4300))
send((b"MESSAGE", b"first"), (b"MESSAGE", b"second"))
send((b"MESSAGE", b"bin\\xff\\0ary"))
send((b"MESSAGE", b"bin\\xff"), (b"MESSAGE", b"text"))
send((b"MESSAGE", b"h" * 3_000_000))
send((b"OTHER", b"o" * 3_000_000), (b"MESSAGE", b"hidden behind another field"))
send((b"MESSAGE", b""))
send((b"MESSAGE", b"last"))`);
    expect({ code, output }).toEqual({ code: 0, output: '' });
    expect(cloud.refusals).toEqual([]);
    const sent = messages(journalStream);
    expect(sent.some((text) => text.includes(`"message": "${'l'.repeat(4300)}"`))).toBe(true);
    expect(sent.some((text) => text.includes('"message": "first\\nsecond"'))).toBe(true);
    expect(sent.some((text) => text.includes('"message": "bin\\\\xff\\u0000ary"'))).toBe(true);
    expect(sent.some((text) => text.includes('"message": "bin\\\\xff\\ntext"'))).toBe(true);
    expect(sent.join('').match(/h{240}/g)?.length).toBeGreaterThan(12_000);
    expect(sent.some((text) => text.includes('hidden behind another field'))).toBe(true);
    expect(sent.at(-1)).toContain('"message": "last"');
  });

  it('leaves out an entry that is too long, says so once, and goes on', async () => {
    const { code, output } = await ship(
      `
send((b"MESSAGE", b"before"))
send((b"MESSAGE", b"g" * 20_000_000))
send((b"MESSAGE", b"behind"))`,
      2,
    );
    expect(code).toBe(0);
    expect(output.match(/one entry is left out/g)).toHaveLength(1);
    const sent = messages(journalStream);
    expect(sent.filter((text) => text.includes('"before"'))).toHaveLength(1);
    expect(sent.filter((text) => text.includes('"behind"'))).toHaveLength(1);
  });

  it('leaves out the one event that the service refuses', async () => {
    cloud.refusedText = 'poison';
    const { code, output } = await ship(
      `
for number in range(20):
    send((b"MESSAGE", b"poison" if number == 7 else b"entry %d" % number))`,
      2,
    );
    expect(code).toBe(0);
    expect(output.match(/one event is left out/g)).toHaveLength(1);
    const sent = messages(journalStream).filter((text) => text.includes('"entry '));
    expect(sent).toHaveLength(19);
  });

  it('keeps sources apart: the audit log goes on when the journal can not', async () => {
    root.write('stubs/journalctl', '#!/bin/sh\nkill -9 $$\n', 0o755);
    root.write(
      'var/log/kubernetes/audit/audit.log',
      `{"n":1}\n${'w'.repeat(3_000_000)}\n{"n":3}\n`,
    );
    const { code, output } = await ship('');
    expect(code).toBe(1);
    expect(output).toContain('error: journal: got journalctl that ended with -9, expected entries');
    const sent = messages(auditStream);
    expect(sent[0]).toBe('{"n":1}');
    expect(sent.at(-1)).toBe('{"n":3}');
    expect(sent.join('').match(/w/g)).toHaveLength(3_000_000);
  });

  it.each([
    ['cut off', '{"cursor": "s=01'],
    ['of another shape', '["cursor"]'],
    ['a cursor that is none', '{"cursor": 7}'],
    ['a cursor that journalctl refuses', '{"cursor": "no cursor"}'],
    ['a cursor of another kind', '{"cursor": "nonsense"}'],
    ['empty', ''],
    ['zeros after a power loss', '\0'.repeat(100)],
  ])('heals a state that is damaged: %s', async (_, text) => {
    root.write('var/lib/hardened-cluster-logs/journal.json', text);
    root.write('var/lib/hardened-cluster-logs/audit.json', text);
    root.write('var/log/kubernetes/audit/audit.log', '{"n":1}\n');
    const { code } = await ship('send((b"MESSAGE", b"healed"))', 2);
    expect(code).toBe(0);
    expect(messages(journalStream).filter((line) => line.includes('"healed"'))).toHaveLength(1);
    expect(messages(auditStream)).toEqual(['{"n":1}']);
    const state = readFileSync(
      join(root.path, 'var/lib/hardened-cluster-logs/journal.json'),
      'utf8',
    );
    expect(JSON.parse(state)).toEqual({ cursor: expect.stringContaining('s=') });
  });
});
