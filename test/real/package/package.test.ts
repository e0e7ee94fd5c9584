import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import manifest from '../../../package.json';

// The tarball in an empty folder outside the clone. Packages that it depends on are linked from the
// clone; what is read of the project itself comes out of the tarball alone.
const clone = path.resolve(__dirname, '..', '..', '..');
const run = (command: string, args: readonly string[], cwd: string) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const entries = ['', '/stacks', '/constructs', '/conformance', '/policy'];

/** Peers of each entry; README says the same. */
const peersOf: Readonly<Record<string, readonly string[]>> = {
  '': [],
  '/conformance': [],
  '/constructs': ['cdk8s', 'cdk8s-plus-27', 'constructs'],
  '/stacks': ['@pulumi/aws', '@pulumi/pulumi', '@pulumi/tls'],
  '/policy': ['@pulumi/policy', '@pulumi/pulumi'],
};

describe('the package', () => {
  let scratch: string;
  let tarball: string;

  beforeAll(() => {
    scratch = mkdtempSync(path.join(tmpdir(), 'package-'));
    run('npm', ['run', 'build:types'], clone);
    run('npm', ['pack', '--ignore-scripts', '--pack-destination', scratch], clone);
    tarball = path.join(scratch, `hardened-cluster-${manifest.version}.tgz`);
  }, 300_000);

  afterAll(() => {
    rmSync(scratch, { recursive: true });
  });

  /** Installs the tarball beside the packages that are named. */
  function install(name: string, packages: readonly string[]): string {
    const folder = path.join(scratch, name);
    const modules = path.join(folder, 'node_modules');
    const target = path.join(modules, 'hardened-cluster');
    mkdirSync(target, { recursive: true });
    run('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'], scratch);
    for (const each of [...Object.keys(manifest.dependencies), ...packages]) {
      mkdirSync(path.dirname(path.join(modules, each)), { recursive: true });
      symlinkSync(path.join(clone, 'node_modules', each), path.join(modules, each));
    }
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
    return folder;
  }

  test('ships neither tests nor tools', () => {
    const files = run('tar', ['-tzf', tarball], scratch).trim().split('\n');
    expect(files.filter((file) => /\.test\.|go\.sum|\/(test|tools|bench)\//.test(file))).toEqual(
      [],
    );
    expect(files.length).toBeLessThan(1000);
  });

  test.each(entries)('"hardened-cluster%s" loads with its peers alone, as both kinds', (entry) => {
    const folder = install(`entry${entry.replace('/', '-')}`, peersOf[entry] ?? []);
    const name = JSON.stringify(`hardened-cluster${entry}`);
    const show = 'console.log(Object.keys(it).length > 0)';
    expect(run('node', ['-e', `const it = require(${name}); ${show}`], folder)).toBe('true\n');
    const esm = `import * as it from ${name}; ${show}`;
    expect(run('node', ['--input-type=module', '-e', esm], folder)).toBe('true\n');
  });

  test('the command plans the example', () => {
    const folder = install('command', Object.keys(manifest.peerDependencies));
    const main = path.join(
      folder,
      'node_modules',
      'hardened-cluster',
      manifest.bin['hardened-cluster'],
    );
    expect(run('node', [main, 'plan'], folder)).toContain('plan/report.html');
  });

  test('every block of code and every example compiles and runs', () => {
    const folder = install('code', [
      ...Object.keys(manifest.peerDependencies),
      '@types/node',
      'typescript',
    ]);
    const programs = [...writeBlocks(folder), ...writeExamples(folder)];
    expect(programs.length).toBeGreaterThan(6);
    writeFileSync(
      path.join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          target: 'es2022',
          module: 'nodenext',
          strict: true,
          skipLibCheck: false,
          types: ['node'],
        },
        files: programs,
      }),
    );
    // One text with every mistake, where there is any.
    expect(outputOf(path.join(clone, 'node_modules', '.bin', 'tsc'), ['-p', '.'], folder)).toBe('');
    cpSync(path.join(__dirname, 'run-program.cjs'), path.join(folder, 'run-program.cjs'));
    writeConfig(folder);
    for (const program of programs) {
      const file = program.replace(/\.ts$/, '.js');
      expect([program, outputOf('node', ['run-program.cjs', file], folder)]).toEqual([
        program,
        'done\n',
      ]);
    }
  }, 300_000);
});

/** What a program prints, or why it failed. */
function outputOf(command: string, args: readonly string[], cwd: string): string {
  try {
    return run(command, args, cwd);
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return `failed: ${stdout}${stderr}`;
  }
}

function writeBlocks(folder: string): string[] {
  const documents = [
    'README.md',
    'CONTRIBUTING.md',
    ...readdirSync(path.join(clone, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
  return documents.flatMap((document) => {
    const text = readFileSync(path.join(clone, document), 'utf8');
    return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ''], index) => {
      const name = `${document.replace(/\W/g, '-')}-${index}.ts`;
      writeFileSync(path.join(folder, name), code);
      return name;
    });
  });
}

function writeExamples(folder: string): string[] {
  const examples = path.join(folder, 'node_modules', 'hardened-cluster', 'examples');
  return readdirSync(examples).map((name) => {
    cpSync(path.join(examples, name, 'index.ts'), path.join(folder, `example-${name}.ts`));
    return `example-${name}.ts`;
  });
}

/** The example's configuration, with artifacts locked as its users have to. */
function writeConfig(folder: string): void {
  const code = `
    const { planCluster, readConfigFile, resolveBlueprint } = require('hardened-cluster');
    const config = readConfigFile('node_modules/hardened-cluster/examples/standard/cluster.yaml');
    const today = new Date().toISOString().slice(0, 10);
    const sha256 = {};
    for (const { artifacts } of planCluster(resolveBlueprint(config, { today })).machines)
      for (const { name, version, architecture, sha256: known, sha512 } of artifacts)
        if (!known && !sha512)
          ((sha256[name] ??= {})[version] ??= {})[architecture] = '0'.repeat(64);
    require('fs').writeFileSync('cluster.yaml', JSON.stringify({ ...config, artifacts: { sha256 } }));`;
  run('node', ['-e', code], folder);
}
