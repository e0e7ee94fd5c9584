import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { collectPlanFolder } from '../../cli/check/collect-folder';
import { machineFiles } from '../../cli/plan/machine-files';
import type { BlueprintInput } from '../../lib/blueprint/schema/blueprint-schema';
import { renderBundle } from '../../lib/machine/bundle';
import { makePlan } from '../support/cluster/cluster-plan';

const workers: BlueprintInput['workers'] = [
  { name: 'a' },
  { name: 'b', labels: { 'example.com/disk': 'fast' } },
  { name: 'arm', architecture: 'amd64', instanceType: 'm6i.large' },
];

describe('the trees of machines', () => {
  const { machines } = makePlan({ workers });
  const files = machineFiles(machines);
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'machine-files-'));
    const write = (name: string, content: string | Buffer) => {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), content);
    };
    write('blueprint.json', JSON.stringify(makePlan({ workers }).blueprint));
    write('resources.json', '[]');
    write('certificates.json', '[]');
    mkdirSync(path.join(folder, 'manifests'));
    for (const { path: name, content } of files) write(name, content);
    for (const { name } of machines) write(`machines/${name}/user-data`, `#!/bin/sh\n# ${name}\n`);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const ownPaths = (name: string) =>
    files
      .map((file) => file.path)
      .filter((file) => file.startsWith(`machines/${name}/`))
      .map((file) => file.slice(`machines/${name}`.length));

  test('hold what a pool has of its own, where another has the rest', () => {
    expect(ownPaths('worker-b')).toEqual([
      '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf',
      '/machine.json',
    ]);
  });

  test('are whole where no other machine is alike', () => {
    for (const name of ['etcd-0', 'etcd-1', 'worker-a', 'worker-arm']) {
      const machine = machines.find((each) => each.name === name);
      if (!machine) throw new Error(`no machine ${name}`);
      const paths = renderBundle(machine).files.map((file) => file.path);
      expect(ownPaths(name)).toEqual([...paths, '/machine.json']);
    }
  });

  test('are read back file by file as they were planned', () => {
    const read = collectPlanFolder(folder, '2026-11-22').facts.machines ?? [];
    expect(read.map(({ name }) => name)).toEqual(machines.map(({ name }) => name).sort());
    for (const machine of machines) {
      const fact = read.find(({ name }) => name === machine.name);
      expect(fact?.files).toEqual(
        Object.fromEntries(
          renderBundle(machine).files.map(({ path: file, ...rest }) => [file, rest]),
        ),
      );
      expect(fact?.userData).toBe(`#!/bin/sh\n# ${machine.name}\n`);
    }
  });
});
