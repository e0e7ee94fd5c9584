import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { runCommand } from '../support/command';
import { randomConfig } from '../support/cluster/random-config';

let scratch = '';

beforeAll(() => {
  scratch = mkdtempSync(path.join(os.tmpdir(), 'random-'));
});

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

interface Summary {
  readonly counts: Readonly<Record<string, { readonly fail: number; readonly unknown: number }>>;
}

/** Plans a configuration; what became of it, or what is wrong with what became of it. */
function planned(config: object): 'planned' | 'refused' {
  const file = path.join(scratch, 'cluster.json');
  const out = path.join(scratch, 'out');
  rmSync(out, { recursive: true, force: true });
  writeFileSync(file, JSON.stringify(config));
  const run = runCommand('plan', '--config', file, '--out', out, '--json', '--as-of', '2026-11-22');
  if (run.exitCode === 2) {
    expect(run.stdout).toBe('');
    expect(run.stderr).toMatch(/^(error: .+: got .+, expected .+\n)+$/);
    expect(existsSync(out)).toBe(false);
    return 'refused';
  }
  expect(run.stderr).toBe('');
  const { counts } = JSON.parse(run.stdout) as Summary;
  for (const level of ['MUST', 'MUST NOT', 'critical']) {
    expect([level, counts[level]]).toEqual([
      level,
      expect.objectContaining({ fail: 0, unknown: 0 }),
    ]);
  }
  expect(run.exitCode).toBe(0);
  return 'planned';
}

describe('a random configuration', () => {
  it('plans into a cluster that passes every MUST, or is refused with a message', () => {
    const seen = { planned: 0, refused: 0 };
    fc.assert(
      fc.property(randomConfig, (config) => {
        seen[planned(config)]++;
      }),
      { numRuns: 24, seed: 20261122, endOnFailure: true },
    );
    expect(seen.planned).toBeGreaterThan(3);
    expect(seen.refused).toBeGreaterThan(3);
  }, 600_000);
});
