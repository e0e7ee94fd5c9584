import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { artifactKey } from '../../../lib/machine/artifacts';
import type { MachineConfig } from '../../../lib/machine/machine-config';
import { planCluster } from '../../../lib/cluster/plan-cluster';
import { FakeAws } from '../../support/aws/fake-aws';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';
import {
  forbiddenTexts,
  machineNamed,
  MachineRoot,
  withFakeArtifacts,
  withoutDataVolume,
} from '../../support/machine/machine-root';

const machines = planCluster(makeBlueprint())
  .machines.map(withFakeArtifacts)
  .map(withoutDataVolume);
const machineOf = (name: string) => machineNamed(machines, name);

const cloud = new FakeAws();
const roots: MachineRoot[] = [];
const makeRoot = (machine: MachineConfig, stubs: Readonly<Record<string, string>> = {}) => {
  const root = new MachineRoot(machine, cloud, stubs);
  root.provide();
  roots.push(root);
  return root;
};

beforeAll(() => cloud.start());
afterAll(() => cloud.stop());
afterEach(() => {
  for (const root of roots.splice(0)) root.remove();
  cloud.faults.clear();
  cloud.refusals.length = 0;
});

describe.each(['bastion', 'etcd-0', 'control-plane', 'worker-general'])('boot of %s', (name) => {
  it('places every file, artifact and secret, and a second run changes nothing', async () => {
    const machine = machineOf(name);
    const root = makeRoot(machine);
    const first = await root.boot();
    expect(first).toMatchObject({ code: 0 });
    const after = root.snapshot();
    for (const { path, mode = '0644' } of machine.files) {
      expect(after[path]?.split(' ')[1]?.padStart(4, '0')).toBe(mode);
    }
    for (const { path, mode = '0600' } of machine.secrets) {
      expect(after[path]?.split(' ')[1]?.padStart(4, '0')).toBe(mode);
    }
    for (const { path } of machine.artifacts.flatMap(({ install }) => install)) {
      expect(Object.keys(after).some((file) => file.startsWith(path))).toBe(true);
    }
    const calls = root.takeCalls();
    const started = calls.flatMap((call) => /^systemctl (?:re)?start (\S+)$/.exec(call)?.[1] ?? []);
    expect(started.filter((unit) => machine.units.some((own) => own.name === unit))).toEqual(
      // The firewall is loaded once for its rules and once as the first of the units.
      expect.arrayContaining(
        machine.units.filter(({ enable = true }) => enable).map((unit) => unit.name),
      ),
    );
    const before = cloud.requests.length;
    expect(await root.boot()).toMatchObject({ code: 0 });
    expect(root.snapshot()).toEqual(after);
    const second = root.takeCalls().filter((call) => call.startsWith('systemctl restart'));
    expect(second).toEqual([
      'systemctl restart systemd-modules-load.service',
      'systemctl restart systemd-sysctl.service',
    ]);
    expect(cloud.requests.slice(before).filter((request) => request.includes(' /bucket/'))).toEqual(
      [],
    );
    expect(cloud.refusals).toEqual([]);
  });

  it('shows no credential and no secret in its output, in arguments or in other files', async () => {
    const machine = machineOf(name);
    const root = makeRoot(machine);
    const { output } = await root.boot();
    const calls = root.takeCalls().join('\n');
    const secretPaths = new Set(machine.secrets.map(({ path }) => path));
    const others = Object.entries(root.snapshot())
      .filter(([path, kind]) => kind.startsWith('file') && !secretPaths.has(path))
      .map(([path]) => root.read(path));
    for (const text of forbiddenTexts) {
      expect(output).not.toContain(text);
      expect(calls).not.toContain(text);
      expect(others.filter((content) => content.includes(text))).toEqual([]);
    }
  });
});

describe('what a control-plane machine looks up', () => {
  const endpoints = (root: MachineRoot) =>
    [...root.read('etc/kubernetes/kubeadm.yaml').matchAll(/https:\/\/([\d.]+):2379/g)].map(
      ([, address]) => address,
    );

  it('are the members of etcd that there are when it starts', async () => {
    const root = makeRoot(machineOf('control-plane'));
    expect(await root.boot()).toMatchObject({ code: 0 });
    const members = ['10.0.24.4', '10.0.56.4', '10.0.88.4', '10.0.24.5', '10.0.56.5'];
    expect(endpoints(root)).toEqual(members);
    cloud.parameters.set('/prod/etcd/tier/etcd-5', '10.0.88.5');
    try {
      expect(await root.boot()).toMatchObject({ code: 0 });
      expect(endpoints(root)).toEqual([...members, '10.0.88.5']);
    } finally {
      cloud.parameters.delete('/prod/etcd/tier/etcd-5');
    }
  });

  it.each([
    ['no address', '10.0.24.4 10.0.24.5'],
    ['a line of YAML', '10.0.24.4"\n  evil: yes'],
    ['a command', '$(reboot)'],
  ])('is refused when it is %s', async (_, value) => {
    const root = makeRoot(machineOf('control-plane'));
    cloud.parameters.set('/prod/etcd/tier/etcd-0', value);
    const { code, output } = await root.boot();
    expect(output).toContain(
      'error: parameters of /prod/etcd/tier: got an unexpected answer, expected names and addresses of members',
    );
    expect(code).toBe(1);
  });
});

describe('a boot that is killed', () => {
  it('ends, at the next run, as one that was not', async () => {
    const machine = machineOf('etcd-0');
    const clean = makeRoot(machine);
    const begin = Date.now();
    await clean.boot();
    const duration = Date.now() - begin;
    const expected = clean.snapshot();
    const root = makeRoot(machine);
    root.write('etc/.#shadowA1b2C3', 'as systemd-sysusers leaves it when it is killed');
    const steps = 12;
    for (let step = 1; step <= steps; step += 1) {
      // Each run gets a little further than the one before, and goes on where that one ended.
      await root.boot({ killAfterMilliseconds: (duration * step) / steps / 2 });
      if (step % 3 === 0) {
        const fresh = makeRoot(machine);
        await fresh.boot({ killAfterMilliseconds: (duration * step) / steps });
        expect(await fresh.boot()).toMatchObject({ code: 0 });
        expect(fresh.snapshot()).toEqual(expected);
      }
    }
    expect(await root.boot()).toMatchObject({ code: 0 });
    expect(root.snapshot()).toEqual(expected);
  });
});

describe('boot stops with one clear line', () => {
  const cases: readonly {
    readonly title: string;
    readonly machine: string;
    readonly arrange: (root: MachineRoot) => void;
    readonly says: RegExp;
  }[] = [
    {
      title: 'when the bundle is not the one that user-data names',
      machine: 'bastion',
      arrange: () => cloud.objects.set('/bucket/bundles/bastion.tar', Buffer.from('other')),
      says: /error: \S+new\.tar: got sha256 [0-9a-f]{64}, expected [0-9a-f]{64}/,
    },
    {
      title: 'when the bundle is cut off',
      machine: 'bastion',
      arrange: () => cloud.faults.set('/bucket/bundles/bastion.tar', 'truncate'),
      says: /waiting: s3:\/\/bucket\/bundles\/bastion\.tar: got no whole answer \(curl: 18\), 3 times, expected HTTP 200/,
    },
    {
      title: 'when the members of etcd can not be looked up',
      machine: 'control-plane',
      arrange: () => cloud.faults.set('AmazonSSM.GetParametersByPath', 'error'),
      says: /waiting: parameters of \/prod\/etcd\/tier: got HTTP 400 ServiceUnavailableException, 3 times, expected HTTP 200/,
    },
    {
      title: 'when an artifact has another checksum',
      machine: 'etcd-0',
      arrange: ({ machine }) => {
        for (const artifact of machine.artifacts) {
          cloud.objects.set(`/bucket/${artifactKey(artifact)}`, Buffer.from('tampered'));
        }
      },
      says: new RegExp(
        `error: \\S+download: got sha256 ${createHash('sha256').update('tampered').digest('hex')}, expected`,
      ),
    },
    {
      title: 'when an artifact is cut off',
      machine: 'etcd-0',
      arrange: ({ machine }) => {
        for (const artifact of machine.artifacts) {
          cloud.faults.set(`/bucket/${artifactKey(artifact)}`, 'truncate');
        }
      },
      says: /waiting: s3:\/\/bucket\/artifacts\/\S+: got no whole answer \(curl: 18\), 3 times, expected HTTP 200/,
    },
    {
      title: 'when the role may not read an artifact',
      machine: 'etcd-0',
      arrange: ({ machine }) => {
        for (const artifact of machine.artifacts) {
          cloud.faults.set(`/bucket/${artifactKey(artifact)}`, 'error');
        }
      },
      says: /waiting: s3:\S+: got HTTP 403 AccessDenied, expected HTTP 200/,
    },
    {
      title: 'when a secret is missing',
      machine: 'etcd-0',
      arrange: () => cloud.parameters.delete('/prod/etcd/members/etcd-0/peer'),
      says: /waiting: parameter \/prod\/etcd\/members\/etcd-0\/peer: got HTTP 400 ParameterNotFound/,
    },
    {
      title: 'when a secret has no private key',
      machine: 'control-plane',
      arrange: () => cloud.parameters.set('/prod/control-plane/cluster-ca', 'no PEM'),
      says: /error: parameter \/prod\/control-plane\/cluster-ca: got no \S+ in it, expected PEM/,
    },
    {
      title: 'when the image is not Debian 13',
      machine: 'worker-general',
      arrange: (root) => {
        root.write('etc/os-release', 'ID=debian\nVERSION_ID="12"\n');
      },
      says: /error: \S+os-release: got debian 12, expected debian 13 or later/,
    },
    {
      title: 'when a fact of the instance metadata is no plain text',
      machine: 'control-plane',
      arrange: () => cloud.metadata.set('meta-data/placement/availability-zone', 'a|b;$(id)'),
      says: /error: fact HC_ZONE: got a\|b;\$\(id\), expected letters/,
    },
  ];

  it.each(cases)('$title', async ({ machine, arrange, says }) => {
    const zone = cloud.metadata.get('meta-data/placement/availability-zone') ?? '';
    const root = makeRoot(machineOf(machine));
    arrange(root);
    const { code, output } = await root.boot();
    cloud.metadata.set('meta-data/placement/availability-zone', zone);
    expect(output).toMatch(says);
    // What time may bring is told from what somebody has to mend.
    const temporary = says.source.startsWith('waiting');
    expect(code).toBe(temporary ? 75 : 1);
    expect(output.match(/error: /g) ?? []).toHaveLength(temporary ? 0 : 1);
    const calls = root.takeCalls();
    const own = root.machine.units.filter(({ early }) => early !== true).map(({ name }) => name);
    expect(calls.filter((call) => own.some((unit) => call.endsWith(` ${unit}`)))).toEqual([]);
  });

  it('when an artifact has no checksum in the lock', async () => {
    const machine = machineOf('control-plane');
    const artifacts = machine.artifacts.map((artifact) => ({ ...artifact, sha256: undefined }));
    const { code, output } = await makeRoot({ ...machine, artifacts }).boot();
    expect(output).toMatch(
      /got no checksum in the lock, expected one that "hardened-cluster lock"/,
    );
    expect(code).toBe(1);
  });

  it('when a unit does not start', async () => {
    const root = makeRoot(machineOf('etcd-0'), {
      systemctl: 'case "$*" in "restart etcd.service" | "start etcd.service") exit 1 ;; esac',
    });
    const { code, output } = await root.boot();
    expect(output).toMatch(/error: etcd\.service: got failed to start, expected a running unit/);
    expect(code).toBe(1);
  });
});
