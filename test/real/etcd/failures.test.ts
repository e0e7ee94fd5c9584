import { chmodSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { tierDirectoryPath } from '../../../lib/etcd/tier-directory';
import { artifactKey, etcdArtifact } from '../../../lib/machine/artifacts';
import { resolveLock } from '../../../lib/machine/artifact-lock';
import { planAddresses } from '../../../lib/network/address-plan';
import type { EtcdMachine } from '../../support/etcd/etcd-machine';
import { waitUntil } from '../../support/etcd/etcd-run';
import { prepareEtcdTier, waitHealthy, type EtcdTier } from '../../support/etcd/etcd-tier';
import { describeWithTools } from '../../support/tools';

const scripts = '/usr/local/lib/hardened-cluster';

/** Starts etcd where it has to fail for good. Resolves with what it said. */
async function failToStart(machine: EtcdMachine): Promise<string> {
  await machine.exec(['systemctl', 'reset-failed', 'etcd.service']);
  const before = (await machine.journal('etcd.service')).length;
  await machine.systemctl('start', '--no-block', 'etcd.service');
  await waitUntil('failed unit', 120, async () => {
    return (await machine.show('etcd.service', 'ActiveState')) === 'failed';
  });
  return (await machine.journal('etcd.service')).slice(before);
}

/** Runs a script as a unit, as boot does. Resolves with its result and journal. */
async function runAsUnit(machine: EtcdMachine, name: string, argument = '') {
  const unit = `try-${name}.service`;
  const start = `${scripts}/${name} ${argument}`;
  machine.writeFile(`/etc/systemd/system/${unit}`, `[Service]\nType=oneshot\nExecStart=${start}\n`);
  await machine.systemctl('daemon-reload');
  const before = (await machine.journal(unit)).length;
  await machine.exec(['systemctl', 'start', unit]);
  const result = await machine.show(unit, 'Result');
  await machine.exec(['systemctl', 'reset-failed', unit]);
  return { result, journal: (await machine.journal(unit)).slice(before) };
}

describeWithTools('failures', ['etcd@3.6'], () => {
  let tier: EtcdTier;
  let machine: EtcdMachine;
  beforeAll(async () => {
    tier = await prepareEtcdTier({ volumeMegabytes: 300 });
    await Promise.all(tier.machines.map((each) => each.powerOn()));
    machine = tier.machine('etcd-2');
  });
  afterAll(() => tier.stop());

  test('stays failed with a certificate that it cannot read', async () => {
    const file = machine.hostPath('/etc/etcd/pki/server.pem');
    chmodSync(file, 0o000);
    expect(await failToStart(machine)).toMatch(
      /etcd-start: error: \/etc\/etcd\/pki\/server\.pem: got ----------.*, expected a file that etcd can read/,
    );
    chmodSync(file, 0o400);
  });

  test('stays failed with a certificate of another CA, or another key', async () => {
    const own = tier.pki.parameters.get('etcd/members/etcd-2/peer') ?? '';
    const other = tier.pki.parameters.get('etcd/members/etcd-1/peer') ?? '';
    const stranger = await tier.makeIdentity('stranger', 'etcd-peer', 'cluster-ca');
    const place = (text: string): void => {
      machine.writeFile('/etc/etcd/pki/peer.pem', text, '0400', 'etcd:etcd');
    };
    place(readFileSync(stranger.certFile, 'utf8') + readFileSync(stranger.keyFile, 'utf8'));
    expect(await failToStart(machine)).toMatch(
      /peer\.pem: got .*, expected a certificate of the etcd CA that is valid today/,
    );
    const keyOf = (text: string): string => /-----BEGIN [A-Z ]*PRIVATE[^]*/.exec(text)?.[0] ?? '';
    place(own.replace(keyOf(own), keyOf(other)));
    expect(await failToStart(machine)).toContain(
      'peer.pem: got a key that does not belong to the certificate, expected a certificate and then its key',
    );
    place(own);
  });

  test('stays failed on a full disk, and without its volume', async () => {
    await machine.exec(['dd', 'if=/dev/zero', 'of=/var/lib/etcd/filler', 'bs=1M']);
    expect(await failToStart(machine)).toMatch(
      /etcd-start: error: \/var\/lib\/etcd: got 0 KiB free, expected at least 131072 KiB: enlarge the volume/,
    );
    await machine.exec(['rm', '/var/lib/etcd/filler']);
    await machine.exec(['umount', '/var/lib/etcd']);
    expect(await failToStart(machine)).toContain(
      'etcd-start: error: /var/lib/etcd: got no volume mounted there, expected the data volume',
    );
    await machine.powerOff();
    await machine.powerOn();
    expect(readdirSync(machine.volume)).toEqual([]);
  });

  test('places no secret when one is missing', async () => {
    const parameter = 'etcd/members/etcd-2/server';
    const file = machine.hostPath('/etc/etcd/pki/server.pem');
    const before = readFileSync(file, 'utf8');
    tier.cloud.parameters.delete(parameter);
    expect(await runAsUnit(machine, 'fetch-secrets')).toMatchObject({
      result: 'exit-code',
      journal: expect.stringContaining(
        `fetch-secrets: waiting: parameter /tier/${parameter}: got HTTP 400 ParameterNotFound, expected HTTP 200`,
      ) as string,
    });
    tier.cloud.parameters.set(parameter, 'no certificate');
    const { journal } = await runAsUnit(machine, 'fetch-secrets');
    tier.cloud.parameters.set(parameter, before);
    expect(await runAsUnit(machine, 'fetch-secrets')).toMatchObject({ result: 'success' });
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(journal).not.toContain('PRIVATE');
  });

  test('installs no artifact that is truncated or another one', async () => {
    const { version, architecture } = tier.blueprint.etcd;
    const lock = resolveLock(tier.blueprint);
    const key = artifactKey(etcdArtifact(lock, version, architecture));
    const program = await machine.exec(['sha256sum', '/usr/local/bin/etcd']);
    const table = '/etc/hardened-cluster/boot/artifacts';
    const rows = readFileSync(machine.hostPath(table), 'utf8').split('\n');
    machine.writeFile(table, rows.filter((row) => row.startsWith(`${key}\t`)).join('\n') + '\n');
    for (const content of ['another one', '']) {
      tier.cloud.objects.set(key, Buffer.from(content));
      expect(await runAsUnit(machine, 'install-artifacts')).toMatchObject({
        result: 'exit-code',
        journal: expect.stringMatching(
          /install-artifacts: error: .*: got sha256 [0-9a-f]{64}, expected [0-9a-f]{64}/,
        ) as string,
      });
    }
    expect(await machine.exec(['sha256sum', '/usr/local/bin/etcd'])).toEqual(program);
  });

  test('stays failed with another number of initial members than the cluster has', async () => {
    await tier.start(tier.machines.slice(0, 2));
    const { parameters, broken } = tier.cloud;
    const path = `${tierDirectoryPath}/initial-members`;
    const initialMembers = parameters.get(path) ?? '';
    const address = planAddresses(tier.blueprint).etcdMembers['etcd-0'] ?? '';
    const further = `etcd-3=https://${address}9:2380,etcd-4=https://${address}8:2380`;
    parameters.set(path, `${initialMembers},${further}`);
    expect(await failToStart(machine)).toContain(
      'etcd-start: error: member count: got 3 in the cluster of the others, expected 5 initial members as the parameter store says',
    );
    expect(existsSync(join(machine.volume, 'data', 'member'))).toBe(false);
    parameters.set(path, initialMembers);
    // Without an answer it waits, says why while it does, and takes nothing of that for the answer.
    broken.ssm = 403;
    await machine.systemctl('start', '--no-block', 'etcd.service');
    const says = (text: string): Promise<void> =>
      waitUntil(`the journal to say "${text}"`, 120, async () =>
        (await machine.journal('etcd.service')).includes(text),
      );
    const waiting = 'list-etcd-tier: waiting: parameters of /tier/etcd/tier: got HTTP';
    await says(`${waiting} 403 AccessDeniedException, expected HTTP 200`);
    await says('etcd-start: waiting: the parameter store: got no answer');
    broken.ssm = 500;
    await says(`${waiting} 500 InternalServerError, expected HTTP 200; try 1 of`);
    expect(existsSync(join(machine.volume, 'data', 'member'))).toBe(false);
    delete broken.ssm;
    await tier.start([machine]);
    await waitHealthy(machine);
  });

  test('uploads no snapshot when there is no room to verify it', async () => {
    const before = [...tier.cloud.objects.keys()];
    await machine.exec(['fallocate', '-l', '120M', '/var/lib/etcd/filler']);
    expect(await runAsUnit(machine, 'etcd-backup', '--now')).toMatchObject({
      result: 'exit-code',
      journal: expect.stringMatching(
        /etcd-backup: error: \/var\/lib\/etcd\/snapshots: got \d+ KiB free, expected at least \d+ KiB/,
      ) as string,
    });
    await machine.exec(['rm', '/var/lib/etcd/filler']);
    expect([...tier.cloud.objects.keys()]).toEqual(before);
    expect(readdirSync(machine.volume)).toEqual(['data']);
  });
});
