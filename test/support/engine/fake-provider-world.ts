import { aliveOf } from './fake-aws-rules';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** One call that a provider answered, in the order of time. */
export interface WorldEvent {
  readonly at: number;
  readonly operation: 'create' | 'update' | 'delete' | 'read' | 'invoke' | 'fault';
  /** Type token of the resource or data source. */
  readonly type: string;
  /** Name of the resource, or what was asked for. */
  readonly name: string;
  readonly id: string;
  /** Bundle that the user-data of an instance names. */
  readonly bundleSha256?: string;
  /** Name that nothing else may have while the resource is there. */
  readonly taken?: string;
  /** Ids and ARNs of what it uses. */
  readonly uses?: readonly string[];
}

/** What happened in the pretended account, kept in a file so that it outlives a provider. */
export class World {
  constructor(private readonly file: string) {}

  record(event: Omit<WorldEvent, 'at'>): void {
    appendFileSync(this.file, `${JSON.stringify({ at: Date.now(), ...event })}\n`);
  }

  events(): readonly WorldEvent[] {
    if (!existsSync(this.file)) return [];
    return readFileSync(this.file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as WorldEvent);
  }

  /** What was created and not deleted; also what a stack has left behind. */
  alive(): readonly WorldEvent[] {
    return aliveOf(this.events());
  }

  /** Instances that were created and not deleted, by name. */
  instances(): ReadonlyMap<string, WorldEvent> {
    const alive = new Map<string, WorldEvent>();
    for (const event of this.events()) {
      if (event.type !== 'aws:ec2/instance:Instance') continue;
      if (event.operation === 'create') alive.set(event.name, event);
      if (event.operation === 'delete' && alive.get(event.name)?.id === event.id) {
        alive.delete(event.name);
      }
    }
    return alive;
  }
}

/** Milliseconds that a pretended etcd member takes from its start to its health. */
export const bootMilliseconds = 1500;

/** When a member of this instance is healthy, and what it is called. */
export function memberOf(event: WorldEvent): {
  readonly member: string;
  readonly healthyAt: number;
} {
  const member = /etcd-\d+$/.exec(event.name)?.[0] ?? event.name;
  return { member, healthyAt: event.at + bootMilliseconds };
}
