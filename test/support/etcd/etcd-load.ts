import type { EtcdClient } from '../../../bench/etcd/client';
import type { EtcdTier } from './etcd-tier';
import { pause, waitUntil } from './etcd-run';

/** How the load writes. */
export interface EtcdLoadOptions {
  /** Tells the keys of one load from those of another. @default 'load' */
  readonly name?: string;
  /** @default 3 */
  readonly writers?: number;
  /** Bytes of each value. @default 64 */
  readonly valueBytes?: number;
}

/** A steady load of writes as the API server, that goes to another member when one does not answer. */
export class EtcdLoad {
  private readonly acknowledged = new Map<string, number>();
  private readonly running: Promise<void>[] = [];
  private readonly prefix: string;
  private stopped = false;

  constructor(
    private readonly tier: EtcdTier,
    private readonly options: EtcdLoadOptions = {},
  ) {
    const { writers = 3, name = 'load' } = options;
    this.prefix = `/registry/load/${name}/`;
    for (let writer = 0; writer < writers; writer++) this.running.push(this.write(writer));
  }

  /** Writes that etcd acknowledged. */
  get count(): number {
    return this.acknowledged.size;
  }

  /** Longest time without an acknowledged write since a moment, in seconds. */
  longestGapSince(moment: number): number {
    const times = [...this.acknowledged.values()].filter((time) => time > moment).sort(byValue);
    const marks = [moment, ...times, Date.now()];
    return Math.max(...marks.slice(1).map((mark, index) => mark - (marks[index] ?? mark))) / 1000;
  }

  /** Ends the load. Resolves with the acknowledged writes that a quorum read does not find. */
  async stop(): Promise<readonly string[]> {
    this.stopped = true;
    await Promise.all(this.running);
    const found = new Set<string>();
    let member = 0;
    await waitUntil('a quorum read of what was written', 60, async () => {
      const client = this.tier.client(member++ % this.tier.endpoints.length);
      try {
        for (const key of await client.keys(this.prefix, 20_000)) found.add(key);
        return true;
      } catch {
        // This member is down; another one answers.
        return false;
      } finally {
        client.close();
      }
    });
    return [...this.acknowledged.keys()].filter((key) => !found.has(key));
  }

  private async write(writer: number): Promise<void> {
    const value = 'v'.repeat(this.options.valueBytes ?? 64);
    let member = writer;
    let client: EtcdClient | undefined;
    for (let count = 0; !this.stopped; count++) {
      const key = `${this.prefix}${writer}-${count}`;
      client ??= this.tier.client(member++ % this.tier.endpoints.length);
      try {
        await client.put(key, value, 1000);
        this.acknowledged.set(key, Date.now());
        await pause(0.004);
      } catch {
        client.close();
        client = undefined;
        await pause(0.02);
      }
    }
    client?.close();
  }
}

function byValue(a: number, b: number): number {
  return a - b;
}
