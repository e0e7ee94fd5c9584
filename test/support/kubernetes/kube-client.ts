import { Agent, request } from 'node:https';

/** Who asks: a client certificate, a bearer token, or anonymous. */
export interface Caller {
  readonly certificate?: string;
  readonly key?: string;
  readonly token?: string;
}

/** Status and body of an answer; JSON bodies are parsed. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly text: string;
}

/** A client of one API server, as one caller. */
export interface KubeClient {
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  /** JSON merge patch. */
  patch(path: string, body: unknown): Promise<Answer>;
  delete(path: string, body?: unknown): Promise<Answer>;
  /** Type of the first event of a watch, such as `ADDED`. */
  firstEvent(path: string): Promise<string>;
  close(): void;
}

/** Makes a client; requests share connections. */
export function kubeClient(baseUrl: string, ca: string, caller: Caller): KubeClient {
  const identity = {
    ca,
    ...(caller.certificate === undefined ? {} : { cert: caller.certificate }),
    ...(caller.key === undefined ? {} : { key: caller.key }),
  };
  const agent = new Agent({ ...identity, keepAlive: true, maxSockets: 64 });
  const send = (method: string, path: string, body?: unknown, contentType = 'application/json') =>
    new Promise<Answer>((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const outgoing = request(
        `${baseUrl}${path}`,
        {
          method,
          agent,
          headers: {
            accept: 'application/json',
            ...(text === undefined
              ? {}
              : {
                  'content-type': contentType,
                  // Node sends the body of a DELETE without a length by itself.
                  'content-length': Buffer.byteLength(text),
                }),
            ...(caller.token === undefined ? {} : { authorization: `Bearer ${caller.token}` }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('error', reject);
          response.once('end', () => {
            const answer = Buffer.concat(chunks).toString('utf8');
            resolve({ status: response.statusCode ?? 0, body: parse(answer), text: answer });
          });
        },
      );
      outgoing.once('error', reject);
      outgoing.end(text);
    });
  return {
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, body),
    put: (path, body) => send('PUT', path, body),
    patch: (path, body) => send('PATCH', path, body, 'application/merge-patch+json'),
    delete: (path, body) => send('DELETE', path, body),
    firstEvent: (path) =>
      new Promise((resolve, reject) => {
        const outgoing = request(`${baseUrl}${path}`, { ...identity, agent: false }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
            const end = text.indexOf('\n');
            if (end === -1) return;
            outgoing.destroy();
            resolve((JSON.parse(text.slice(0, end)) as { type: string }).type);
          });
          response.once('end', () => {
            reject(new Error(`${path}: no event; ${text}`));
          });
        });
        outgoing.once('error', reject);
        outgoing.end();
      }),
    close: () => {
      agent.destroy();
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
