import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Properties } from './monitor';

/** What one TLS resource was asked for and gave out. */
interface IssuedResource {
  /** SHA-256 over its inputs. */
  readonly request: string;
  readonly outputs: Properties;
}

/** Keys and certificates of an earlier plan, by resource, so that planning again keeps them. */
export class PkiStore {
  private readonly issued = new Map<string, IssuedResource>();

  private constructor(private readonly earlier: ReadonlyMap<string, IssuedResource>) {}

  /** Name of the file in the PKI folder. */
  static readonly fileName = 'issued.json';

  /** Opens the PKI folder of an earlier plan; an empty store where there is none. */
  static open(folder: string): PkiStore {
    const file = path.join(folder, PkiStore.fileName);
    if (!existsSync(file)) return new PkiStore(new Map());
    const parsed = JSON.parse(readFileSync(file, 'utf8')) as Record<string, IssuedResource>;
    return new PkiStore(new Map(Object.entries(parsed)));
  }

  /** The earlier outputs when the same thing is asked for and `isCurrent` agrees; else new ones. */
  async issue(
    resource: string,
    request: unknown,
    isCurrent: (outputs: Properties) => boolean,
    make: () => Promise<Properties>,
  ): Promise<Properties> {
    const digest = createHash('sha256').update(JSON.stringify(request)).digest('hex');
    const known = this.earlier.get(resource);
    const outputs =
      known?.request === digest && isCurrent(known.outputs) ? known.outputs : await make();
    if (this.issued.has(resource)) throw new Error(`${resource}: issued twice`);
    this.issued.set(resource, { request: digest, outputs });
    return outputs;
  }

  /** Text of the file, for the PKI folder of this plan. Holds private keys: mode 0600. */
  render(): string {
    return `${JSON.stringify(Object.fromEntries([...this.issued].sort(byName)), null, 2)}\n`;
  }
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
