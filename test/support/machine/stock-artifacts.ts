import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { artifactKey } from '../../../lib/machine/artifacts';
import type { MachineArtifact, MachineConfig } from '../../../lib/machine/machine-config';

/** A machine with artifacts that are there, by their keys in the bucket. */
export interface ProvidedMachine {
  readonly machine: MachineConfig;
  readonly objects: ReadonlyMap<string, Buffer>;
}

/**
 * The machine with its artifacts laid out as their publishers do, locked by their own checksums: from
 * programs built here where `programs` has them, and from a stub that says its name otherwise.
 *
 * @param programs - paths by name, such as `etcdctl`
 * @param packages - Debian packages by name, as files
 */
export function provideArtifacts(
  machine: MachineConfig,
  programs: Readonly<Record<string, string>>,
  packages: Readonly<Record<string, Buffer>>,
): ProvidedMachine {
  const objects = new Map<string, Buffer>();
  const artifacts = machine.artifacts.map((artifact) => {
    const content = packages[artifact.name] ?? packArtifact(artifact, programs);
    objects.set(artifactKey(artifact), content);
    return { ...artifact, sha256: createHash('sha256').update(content).digest('hex') };
  });
  return { machine: { ...machine, artifacts }, objects };
}

const packed = new Map<string, Buffer>();

function packArtifact(
  artifact: MachineArtifact,
  programs: Readonly<Record<string, string>>,
): Buffer {
  const key = artifactKey(artifact);
  const known = packed.get(key);
  if (known !== undefined) return known;
  const content = /\.(tar\.gz|tgz)$/.test(key)
    ? packArchive(artifact, programs)
    : contentOf(artifact.install[0]?.path ?? '', programs);
  packed.set(key, content);
  return content;
}

function packArchive(
  { install }: MachineArtifact,
  programs: Readonly<Record<string, string>>,
): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'machine-artifact-'));
  try {
    for (const member of install.flatMap((each) => each.member ?? ['bridge', 'loopback'])) {
      mkdirSync(dirname(join(folder, member)), { recursive: true });
      const program = programs[member.replace(/.*\//, '')];
      if (program === undefined) writeFileSync(join(folder, member), stub(member), { mode: 0o755 });
      else copyFileSync(program, join(folder, member));
    }
    const { status, stdout, stderr } = spawnSync(
      'sh',
      [
        '-c',
        'cd "$1" && exec tar -cf - --sort=name --mtime=@0 --owner=0 --group=0 *',
        'sh',
        folder,
      ],
      { maxBuffer: 2 ** 31 },
    );
    if (status !== 0) throw new Error(stderr.toString());
    return gzipSync(stdout, { level: 0 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function contentOf(path: string, programs: Readonly<Record<string, string>>): Buffer {
  const name = path.replace(/.*\//, '');
  const program = programs[name];
  if (program !== undefined) return readFileSync(program);
  // What is applied in the cluster, not run.
  return Buffer.from(name.endsWith('.yaml') ? '' : stub(name));
}

function stub(name: string): string {
  return `#!/bin/sh\necho "${name}: a stub of the tests" >&2\nexit 1\n`;
}
