import type { MachineFact } from '../facts';

/** Settings of an SSH server by lower-case keyword; sshd takes the first value it meets. */
export type SshdSettings = ReadonlyMap<string, string>;

/**
 * Settings of the SSH server of a machine: drop-ins first, as Debian's sshd_config includes them
 * at its top. Blocks after `Match` are left out. Undefined where the machine has no such file.
 */
export function readSshd(machine: MachineFact): SshdSettings | undefined {
  const paths = Object.keys(machine.files)
    .filter((path) => /^\/etc\/ssh\/sshd_config(\.d\/[^/]+\.conf)?$/.test(path))
    .sort((a, b) => Number(!a.includes('.d/')) - Number(!b.includes('.d/')) || (a < b ? -1 : 1));
  if (paths.length === 0) return undefined;
  const settings = new Map<string, string>();
  for (const path of paths) {
    const general = (machine.files[path]?.content ?? '').split(/^\s*Match\s/im)[0] ?? '';
    for (const line of general.split(/\r?\n/)) {
      const match = /^\s*([A-Za-z]\w*)(?:\s+|\s*=\s*)(.+?)\s*$/.exec(line);
      const keyword = match?.[1]?.toLowerCase();
      if (keyword !== undefined && !settings.has(keyword)) settings.set(keyword, match?.[2] ?? '');
    }
  }
  return settings;
}
