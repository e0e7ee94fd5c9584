import type { KubeClient } from '../../support/kubernetes/kube-client';
import type { Identity } from './identities';

/** A request that is tried for real (as a dry run where it would change something). */
export interface RequestRow {
  readonly title: string;
  readonly as: Identity;
  readonly send: (client: KubeClient) => ReturnType<KubeClient['get']>;
  /** Part of the message of a refusal, or that it is let through. */
  readonly expected: 'allowed' | { readonly denied: string };
}

const dryRun = '?dryRun=All&fieldValidation=Strict';

/** A request that makes an object. */
export function create(path: string, body: object): RequestRow['send'] {
  return (client) => client.post(`${path}${dryRun}`, body);
}

/** A request that changes an object by a merge patch. */
export function change(path: string, body: object): RequestRow['send'] {
  return (client) => client.patch(`${path}${dryRun}`, body);
}

/** A request that replaces an object. */
export function put(path: string, body: object): RequestRow['send'] {
  return (client) => client.put(`${path}${dryRun}`, body);
}

/** A request that opens a stream; nothing is behind it, so it never gets far. */
export function connect(path: string, method: 'get' | 'post' = 'post'): RequestRow['send'] {
  return (client) => (method === 'get' ? client.get(path) : client.post(path, undefined));
}

/** A request that reads. */
export function read(path: string): RequestRow['send'] {
  return (client) => client.get(path);
}

/** What became of a request: `allowed`, or the message of the refusal. */
export async function outcome(row: RequestRow, client: KubeClient): Promise<string> {
  const { status, body, text } = await row.send(client);
  // What admission lets through may still find no pod to connect to (400, 404, 500, 503).
  if (status < 400) return 'allowed';
  const message = messageOf(body) ?? text;
  const refused = status === 403 || status === 422 || message.includes('denied request');
  return refused ? `${status}: ${message}` : connected(message, status);
}

function connected(message: string, status: number): string {
  const reached =
    /not found|does not have a host assigned|no endpoints available|Upgrade request required|no such host|dial|unable to upgrade|unknown|address not allowed|error trying to reach|no preferred addresses/i;
  return reached.test(message) && status !== 401 ? 'allowed' : `${status}: ${message}`;
}

function messageOf(body: unknown): string | undefined {
  return typeof body === 'object' && body !== null && 'message' in body
    ? String(body.message)
    : undefined;
}

/** Row that must be let through. */
export function allow(title: string, as: Identity, send: RequestRow['send']): RequestRow {
  return { title, as, send, expected: 'allowed' };
}

/** Row that must be refused with this in the message. */
export function deny(
  title: string,
  as: Identity,
  send: RequestRow['send'],
  message: string,
): RequestRow {
  return { title, as, send, expected: { denied: message } };
}

/**
 * Rows whose outcome is another than expected, once the API server has taken up policies and roles: it
 * does so a moment after it has stored them. Repeats all rows until all are right at once.
 */
export async function wrongOutcomes(
  rows: readonly RequestRow[],
  clients: Readonly<Record<Identity, KubeClient>>,
): Promise<readonly string[]> {
  const end = Date.now() + 60_000;
  for (;;) {
    const wrong: string[] = [];
    for (const row of rows) {
      const actual = await outcome(row, clients[row.as]);
      const { expected } = row;
      const right = expected === 'allowed' ? actual === expected : actual.includes(expected.denied);
      const wanted = expected === 'allowed' ? expected : expected.denied;
      if (!right) wrong.push(`${row.title} (${row.as}): got ${actual}, expected ${wanted}`);
    }
    if (wrong.length === 0 || Date.now() > end) return wrong;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
