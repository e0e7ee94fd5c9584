import { readFileSync } from 'node:fs';
import { connect, constants, type ClientHttp2Session } from 'node:http2';
import { decodeFields, encodeFields, type ProtoField } from './proto-fields';

/** Files of a TLS identity. */
export interface TlsIdentity {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** What a call ended with. */
export interface GrpcAnswer {
  /** 0 is success; 7 permission denied; 14 unavailable. */
  readonly code: number;
  readonly message: string;
  readonly body: Buffer;
}

/** A client of one etcd member that speaks gRPC over one connection, for writes by the thousand. */
export class EtcdClient {
  private session: ClientHttp2Session | undefined;
  /** Options of the connection. */
  readonly tls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };

  /** Without an identity the client has no certificate. */
  constructor(
    readonly endpoint: string,
    identity?: TlsIdentity,
    caFile?: string,
  ) {
    this.tls = identity
      ? {
          ca: readFileSync(identity.caFile),
          cert: readFileSync(identity.certFile),
          key: readFileSync(identity.keyFile),
        }
      : caFile === undefined
        ? {}
        : { ca: readFileSync(caFile) };
  }

  /** Writes a key; the revision of the write. @throws Error unless it was acknowledged */
  async put(key: string, value: string, timeoutMs = 20_000): Promise<number> {
    const answer = await this.call('KV/Put', [text(1, key), text(2, value)], timeoutMs);
    return revisionOf(answer);
  }

  /** Reads a key from the quorum; undefined when there is none. */
  async get(key: string, timeoutMs = 20_000): Promise<string | undefined> {
    return (await this.range([text(1, key)], timeoutMs)).get(key);
  }

  /** Reads every key that begins with a prefix. */
  async list(prefix: string, timeoutMs = 20_000): Promise<ReadonlyMap<string, string>> {
    return this.range([text(1, prefix), text(2, endOf(prefix))], timeoutMs);
  }

  /** The keys that begin with a prefix, without their values. */
  async keys(prefix: string, timeoutMs = 20_000): Promise<readonly string[]> {
    const fields = [text(1, prefix), text(2, endOf(prefix)), { field: 8, value: 1n }];
    return [...(await this.range(fields, timeoutMs)).keys()];
  }

  /**
   * A call as its method and fields; an error that etcd answers with is an answer. Of a stream it
   * takes the first message.
   *
   * @throws Error when there is no answer, as when TLS refuses
   */
  async request(
    method: string,
    fields: readonly ProtoField[],
    timeoutMs = 20_000,
  ): Promise<GrpcAnswer> {
    const session = this.connected();
    const frame = encodeFields(fields);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(frame.length, 1);
    return new Promise((resolve, reject) => {
      const stream = session.request({
        [constants.HTTP2_HEADER_METHOD]: 'POST',
        [constants.HTTP2_HEADER_PATH]: `/etcdserverpb.${method}`,
        [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
        te: 'trailers',
      });
      const chunks: Buffer[] = [];
      let status: { code: number; message: string } | undefined;
      const take = (headers: NodeJS.Dict<string | string[]>): void => {
        const code = headers['grpc-status'];
        if (code !== undefined) {
          status = {
            code: Number(code),
            message: decodeURIComponent(String(headers['grpc-message'] ?? '')),
          };
        }
      };
      stream.on('response', take);
      stream.on('trailers', take);
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (!streams.has(method)) return;
        resolve({ code: 0, message: '', body: Buffer.concat(chunks).subarray(5) });
        stream.close(constants.NGHTTP2_CANCEL);
      });
      stream.once('error', reject);
      stream.once('close', () => {
        if (status) resolve({ ...status, body: Buffer.concat(chunks).subarray(5) });
        else reject(new Error(`${this.endpoint}: connection lost`));
      });
      stream.setTimeout(timeoutMs, () => {
        stream.close(constants.NGHTTP2_CANCEL);
        reject(new Error(`${this.endpoint}: no answer in ${timeoutMs} ms`));
      });
      const message = Buffer.concat([head, frame]);
      if (method === 'Watch/Watch') stream.write(message);
      else stream.end(message);
    });
  }

  /** Ends the connection. */
  close(): void {
    this.session?.destroy();
    this.session = undefined;
  }

  private async call(method: string, fields: readonly ProtoField[], timeoutMs: number) {
    const { code, message, body } = await this.request(method, fields, timeoutMs);
    if (code !== 0) throw new Error(`${this.endpoint}: ${message}`);
    return body;
  }

  private async range(fields: readonly ProtoField[], timeoutMs: number) {
    const body = await this.call('KV/Range', fields, timeoutMs);
    const pairs = decodeFields(body)
      .filter(({ field }) => field === 2)
      .map(({ value }): [string, string] => {
        const entry = decodeFields(value as Buffer);
        const of = (number: number): string =>
          String(entry.find(({ field }) => field === number)?.value ?? '');
        return [of(1), of(5)];
      });
    return new Map(pairs);
  }

  private connected(): ClientHttp2Session {
    if (!this.session || this.session.closed || this.session.destroyed) {
      const session = connect(this.endpoint, { ...this.tls, minVersion: 'TLSv1.2' });
      session.on('error', () => {
        session.destroy();
      });
      session.unref();
      this.session = session;
    }
    return this.session;
  }
}

const streams = new Set(['Watch/Watch', 'Maintenance/Snapshot', 'Lease/LeaseKeepAlive']);

/** The first key after all that begin with a prefix of plain characters. */
function endOf(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

function text(field: number, value: string): ProtoField {
  return { field, value: Buffer.from(value) };
}

/** Field 1 of every answer is its header, whose field 3 is the revision. */
function revisionOf(body: Buffer): number {
  const header = decodeFields(body).find(({ field }) => field === 1)?.value;
  if (!Buffer.isBuffer(header)) return 0;
  return Number(decodeFields(header).find(({ field }) => field === 3)?.value ?? 0);
}
