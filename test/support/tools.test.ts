import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { installCommand, toolCatalog } from './tool-catalog';
import { findKubeBenchRules, findTool, requireTools, toolCacheFolder } from './tools';

let root: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tools-'));
  env = {
    KUBEBUILDER_ASSETS: join(root, 'assets'),
    PATH: [join(root, 'empty'), join(root, 'path')].join(':'),
    HARDENED_CLUSTER_TOOLS: join(root, 'cache'),
  };
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Writes a program that prints one line. */
function program(path: string, prints = ''): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho '${prints}'\n`, { mode: 0o755 });
  return file;
}

describe('findTool', () => {
  test('looks in KUBEBUILDER_ASSETS, then on PATH, then in the cache', () => {
    expect(findTool('etcd', { env })).toBeUndefined();
    const cached = program('cache/etcd-3.6/bin/etcd');
    expect(findTool('etcd', { env })).toBe(cached);
    const onPath = program('path/etcd');
    expect(findTool('etcd', { env })).toBe(onPath);
    const asset = program('assets/etcd');
    expect(findTool('etcd', { env })).toBe(asset);
  });

  test('passes over a program of another version', () => {
    program('path/etcd', 'etcd Version: 3.4.23');
    program('cache/etcd-3.6/bin/etcd', 'etcd Version: 3.6.14');
    const wanted = program('cache/etcd-3.5/bin/etcd', 'etcd Version: 3.5.33');
    expect(findTool('etcd', { env, version: '3.5' })).toBe(wanted);
    expect(findTool('etcd', { env, version: '3.5.33' })).toBe(wanted);
    expect(findTool('etcd', { env, version: '3.5.3' })).toBeUndefined();
  });

  test('never takes a program that tells no version for a versioned request', () => {
    program('path/kubelet', 'hello');
    program('path/pulumi-language-nodejs', '3.65.0');
    expect(findTool('kubelet', { env, version: '1.36' })).toBeUndefined();
    expect(findTool('pulumi-language-nodejs', { env, version: '3.65' })).toBeUndefined();
  });

  test('ignores folders and files that are not executable', () => {
    mkdirSync(join(root, 'path', 'nft'), { recursive: true });
    writeFileSync(join(root, 'path', 'kubectl'), '', { mode: 0o644 });
    expect(findTool('nft', { env })).toBeUndefined();
    expect(findTool('kubectl', { env })).toBeUndefined();
  });
});

describe('requireTools', () => {
  test('returns the path of each request', () => {
    const etcd = program('path/etcd', 'etcd Version: 3.5.33');
    const kubeadm = program('cache/kubernetes-1.36/bin/kubeadm', 'v1.36.4');
    expect(requireTools(['etcd@3.5', 'kubeadm'], env)).toEqual({
      found: true,
      paths: { 'etcd@3.5': etcd, kubeadm },
    });
  });

  test('names each missing program with what was seen and what installs it', () => {
    const old = program('path/etcd', 'etcd Version: 3.4.23');
    const tools = requireTools(['etcd@3.5', 'etcd', 'nft', 'kubeadm@1.20', 'pulumi'], env);
    expect(tools).toMatchObject({
      found: false,
      report: [
        `etcd@3.5: not found, only ${old} (3.4.23); to install: tools/install etcd-3.5`,
        'nft: not found; to install: tools/install-packages',
        'kubeadm@1.20: not found; to install: no group of tools/ has this version, see tools/README.md',
        'pulumi: not found; to install: tools/install pulumi',
      ].join('\n'),
    });
  });

  test('fails where CI is true', () => {
    expect(() => requireTools(['kube-bench'], { ...env, CI: 'true' })).toThrow(
      'kube-bench: not found; to install: tools/install kube-bench',
    );
  });
});

test.each([
  ['etcd', undefined, 'tools/install etcd-3.6'],
  ['etcdutl', '3.5.33', 'tools/install etcd-3.5'],
  ['kubelet', '1.37', 'tools/install kubernetes-1.37'],
  ['kubelet', '1.3', undefined],
  ['systemd-analyze', '252', 'tools/install-packages'],
] as const)('installCommand of %s %s is %s', (name, version, expected) => {
  expect(installCommand(name, version)).toBe(expected);
});

test('the catalog names exactly the programs that tools/install builds', () => {
  const list = execFileSync(join(__dirname, '../../tools/install'), ['--list'], {
    encoding: 'utf8',
    env: { ...process.env, HARDENED_CLUSTER_TOOLS: join(root, 'cache') },
  });
  const built = list
    .trim()
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [group, , state, ...programs] = line.split(/\s+/);
      expect(state).toBe('missing');
      return programs.map((name) => `${group ?? ''}/${name}`);
    });
  const catalog = Object.entries(toolCatalog).flatMap(([name, { groups }]) =>
    groups.map((group) => `${group}/${name}`),
  );
  expect(built.sort()).toEqual(catalog.sort());
});

test('the cache folder follows HARDENED_CLUSTER_TOOLS, XDG_CACHE_HOME, then HOME', () => {
  expect(toolCacheFolder({ HARDENED_CLUSTER_TOOLS: '/t', XDG_CACHE_HOME: '/x' })).toBe('/t');
  expect(toolCacheFolder({ XDG_CACHE_HOME: '/x', HOME: '/h' })).toBe('/x/hardened-cluster/tools');
  expect(toolCacheFolder({ HOME: '/h' })).toBe('/h/.cache/hardened-cluster/tools');
});

test('kube-bench rules are those beside the program', () => {
  const kubeBench = program('cache/kube-bench/bin/kube-bench');
  expect(findKubeBenchRules(kubeBench)).not.toBe(join(root, 'cache/kube-bench/cfg'));
  mkdirSync(join(root, 'cache/kube-bench/cfg'));
  writeFileSync(join(root, 'cache/kube-bench/cfg/config.yaml'), '');
  expect(findKubeBenchRules(kubeBench)).toBe(join(root, 'cache/kube-bench/cfg'));
});
