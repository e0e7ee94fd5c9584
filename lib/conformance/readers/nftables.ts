import type { MachineFact } from '../facts';

/** The input side of a machine's own firewall. */
export interface HostFirewall {
  readonly path: string;
  /** Policy of the input hook's base chain. */
  readonly policy: 'accept' | 'drop';
  /** Rules of that chain that accept a destination port, one line each. */
  readonly accepts: readonly string[];
}

/** Base chains on the input hook, over all nftables files of a machine. */
export function readHostFirewall(machine: MachineFact): readonly HostFirewall[] {
  return Object.entries(machine.files)
    .filter(([path]) => path.endsWith('.nft') || /\/nftables[^/]*(\.conf)?$/.test(path))
    .flatMap(([path, { content }]) => {
      const chains = content.split(/^\s*chain\s+\S+\s*\{/m).slice(1);
      return chains
        .filter((chain) => /type\s+filter\s+hook\s+input/.test(chain))
        .map((chain) => ({
          path,
          policy: /policy\s+drop/.test(chain) ? ('drop' as const) : ('accept' as const),
          accepts: chain
            .split(/\r?\n/)
            .map((line) => line.trim())
            .filter((line) => /\bdport\b.*\baccept\b/.test(line)),
        }));
    });
}
