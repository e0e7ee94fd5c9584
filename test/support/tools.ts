import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { installCommand, isOfVersion, isToolName, toolEntry, type ToolName } from './tool-catalog';

/** A program, or a program of one version: `etcd`, `etcd@3.5`, `kubeadm@1.36.4`. */
export type ToolRequest = ToolName | `${ToolName}@${string}`;

/** Where and what to look for. */
export interface FindToolOptions {
  /**
   * Version that the program itself must print; `1.36` accepts every `1.36.x`.
   *
   * @default any version
   */
  readonly version?: string | undefined;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
}

/** A request that nothing on this machine meets. */
export interface MissingTool {
  readonly request: ToolRequest;
  /** Programs of that name but of another version, such as `/usr/bin/etcd (3.4.23)`. */
  readonly seen: readonly string[];
  /** `undefined` where no pinned group has that version. */
  readonly install: string | undefined;
}

/** Absolute paths by request, or all that is missing and the text to print about it. */
export type RequiredTools<R extends ToolRequest> =
  | { readonly found: true; readonly paths: Readonly<Record<R, string>> }
  | { readonly found: false; readonly missing: readonly MissingTool[]; readonly report: string };

/**
 * Absolute path of a program, or `undefined`.
 *
 * Looks in `KUBEBUILDER_ASSETS`, on `PATH`, then in the cache that `tools/install` fills, and takes
 * the first program there is. With a version, the first that prints this version: a program of
 * another version is passed over, never taken, and one that can't tell its version doesn't count.
 */
export function findTool(name: ToolName, options: FindToolOptions = {}): string | undefined {
  return search(name, options).path;
}

/**
 * Finds all the requested programs or reports every one that is missing.
 *
 * Where `CI` is `true` a missing program is an error. Elsewhere the caller gets `report`, which
 * names each missing program and the command that installs it, and has to show it.
 *
 * @throws Error with the report, where `CI` is `true`
 */
export function requireTools<const R extends ToolRequest>(
  requests: readonly R[],
  env: NodeJS.ProcessEnv = process.env,
): RequiredTools<R> {
  const results = requests.map((request) => {
    const { name, version } = parseRequest(request);
    return { request, name, version, ...search(name, { version, env }) };
  });
  const missing = results.flatMap(({ request, name, version, path, seen }) =>
    path === undefined ? [{ request, seen, install: installCommand(name, version) }] : [],
  );
  if (missing.length === 0) {
    const paths = Object.fromEntries(results.map(({ request, path }) => [request, path]));
    return { found: true, paths: paths as Record<R, string> };
  }
  const report = missing.map(describeMissing).join('\n');
  if (env.CI === 'true') throw new Error(report);
  return { found: false, missing, report };
}

/**
 * A describe block over real programs. Where one is missing, its tests are one skipped test whose
 * title is the report, which is also printed; where `CI` is `true` the block fails.
 */
export function describeWithTools<const R extends ToolRequest>(
  title: string,
  requests: readonly R[],
  body: (paths: Readonly<Record<R, string>>) => void,
): void {
  const tools = requireTools(requests);
  describe(title, () => {
    if (tools.found) {
      body(tools.paths);
    } else {
      process.stderr.write(`${title}: skipped\n${tools.report}\n`);
      test.skip(tools.report, () => undefined);
    }
  });
}

/** The rules that belong to a kube-bench program (its `--config-dir`), or `undefined`. */
export function findKubeBenchRules(program: string): string | undefined {
  return [join(dirname(program), '..', 'cfg'), '/etc/kube-bench/cfg'].find((folder) =>
    existsSync(join(folder, 'config.yaml')),
  );
}

/** The folder that `tools/install` fills, one folder a group. */
export function toolCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const { HARDENED_CLUSTER_TOOLS: own = '', XDG_CACHE_HOME: xdg = '', HOME: home = '' } = env;
  // As `${NAME:-...}` of the script does, take an empty variable for an unset one.
  if (own !== '') return resolve(own);
  const cache = xdg !== '' ? xdg : join(home !== '' ? home : homedir(), '.cache');
  return join(cache, 'hardened-cluster', 'tools');
}

/** What a program prints as its version, such as `1.36.4`, or `undefined`. */
export function toolVersion(name: ToolName, path: string): string | undefined {
  const args = toolEntry(name).versionArgs;
  if (args === undefined) return undefined;
  const { stdout, stderr } = spawnSync(path, args, { encoding: 'utf8', timeout: 20_000 });
  return /\d+\.\d+(\.\d+)?/.exec(`${stdout}\n${stderr}`)?.[0];
}

interface SearchResult {
  readonly path: string | undefined;
  readonly seen: readonly string[];
}

function search(name: ToolName, { version, env = process.env }: FindToolOptions): SearchResult {
  const seen: string[] = [];
  for (const folder of searchFolders(name, env)) {
    const path = resolve(folder, name);
    if (!isProgram(path)) continue;
    if (version === undefined) return { path, seen };
    const actual = toolVersion(name, path);
    if (actual !== undefined && isOfVersion(actual, version)) return { path, seen };
    seen.push(`${path} (${actual ?? 'tells no version'})`);
  }
  return { path: undefined, seen };
}

function searchFolders(name: ToolName, env: NodeJS.ProcessEnv): readonly string[] {
  const cache = toolCacheFolder(env);
  return [
    env.KUBEBUILDER_ASSETS ?? '',
    ...(env.PATH ?? '').split(delimiter),
    ...toolEntry(name).groups.map((group) => join(cache, group, 'bin')),
  ].filter((folder) => folder !== '');
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function parseRequest(request: string): { name: ToolName; version: string | undefined } {
  const [name = '', version] = request.split('@');
  if (!isToolName(name)) throw new Error(`no such test program: ${request}`);
  return { name, version };
}

function describeMissing({ request, seen, install }: MissingTool): string {
  const others = seen.length === 0 ? '' : `, only ${seen.join(', ')}`;
  const remedy = install ?? 'no group of tools/ has this version, see tools/README.md';
  return `${request}: not found${others}; to install: ${remedy}`;
}
