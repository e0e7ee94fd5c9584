import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listParameters } from './parameter-page';

/** An event as the fake CloudWatch Logs took it. */
export interface ShippedEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** How a request for one path goes wrong. */
export type Fault = 'truncate' | 'error' | 'slow' | 'throttle' | 'busy';

/** Credentials that the instance metadata hands out; recognizable, so that leaks can be found. */
export const fakeCredentials = {
  keyId: 'AKIAFAKE000000000001',
  secret: 'FAKE-SECRET+wJalrXUtnFEMI/K7MDENG',
  token: 'FAKE-TOKEN/IQoJb3JpZ2luX2VjEAAaCXVzLWVhc3QtMSJHMEUCIQ==',
} as const;

const region = 'eu-central-1';

/**
 * S3, SSM, CloudWatch Logs and the instance metadata (IMDSv2 only) on one loopback port, as far as
 * machines use them. Signatures, session tokens and the limits of PutLogEvents are checked for real.
 */
export class FakeAws {
  /** By `/bucket/key`, whichever way the bucket is addressed. */
  readonly objects: Map<string, Buffer>;
  readonly parameters: Map<string, string>;
  /** `group stream` -> events. */
  readonly events = new Map<string, ShippedEvent[]>();
  /** Sizes of the batches in the order they came. */
  readonly batches: number[] = [];
  /** By path of the object or name of the action; a fault with a count ends by itself. */
  readonly faults = new Map<string, Fault | { readonly kind: Fault; count: number }>();
  /** Text of an event that the service refuses for a reason of its own. @default none */
  refusedText: string | undefined;
  readonly requests: string[] = [];
  /** Refusals, with the reason; a test of good behaviour expects none. */
  readonly refusals: string[] = [];
  readonly metadata = new Map<string, string>([
    ['meta-data/instance-id', 'i-0123456789abcdef0'],
    ['meta-data/local-ipv4', '10.0.24.4'],
    ['meta-data/local-hostname', 'ip-10-0-24-4.eu-central-1.compute.internal'],
    ['meta-data/placement/availability-zone', 'eu-central-1a'],
    ['meta-data/iam/security-credentials/', 'demo-machine'],
  ]);

  private readonly server: Server = createServer((request, response) => {
    this.handle(request, response);
  });
  private readonly sessions = new Set<string>();

  /** @param shared - Account of another machine's fake: both see the same objects and parameters. */
  constructor(shared?: Pick<FakeAws, 'objects' | 'parameters'>) {
    this.objects = shared?.objects ?? new Map<string, Buffer>();
    this.parameters = shared?.parameters ?? new Map<string, string>();
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Environment that points the scripts of a machine here. */
  get environment(): Readonly<Record<string, string>> {
    return {
      HC_ENDPOINT_IMDS: this.url,
      HC_ENDPOINT_S3: this.url,
      HC_ENDPOINT_SSM: this.url,
      HC_ENDPOINT_LOGS: this.url,
    };
  }

  /** Answers a request, wherever it came in. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    this.answer(request, response).catch((error: unknown) => {
      this.refusals.push(String(error));
      response.destroy();
    });
  }

  private takeFault(key: string): Fault | undefined {
    const fault = this.faults.get(key);
    if (fault === undefined || typeof fault === 'string') return fault;
    fault.count -= 1;
    if (fault.count <= 0) this.faults.delete(key);
    return fault.kind;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = request.url ?? '/';
    this.requests.push(`${request.method ?? ''} ${path} ${target(request)}`.trim());
    const metadata = /^\/(?:latest|\d{4}-\d\d-\d\d)\/(.*)$/.exec(path)?.[1];
    if (metadata !== undefined) {
      this.answerMetadata(request, response, metadata);
      return;
    }
    const refusal = verifySignature(request, body);
    if (refusal !== undefined) {
      this.refusals.push(`${path}: ${refusal}`);
      // Real services quote the request here, the session token included.
      send(response, 403, `<Error><Code>SignatureDoesNotMatch</Code>${fakeCredentials.token}`);
      return;
    }
    const [, bucket] = /^([^.:]+)\.s3\./.exec(request.headers.host ?? '') ?? [];
    const object = decodeURIComponent(bucket === undefined ? path : `/${bucket}${path}`);
    if (target(request) === '') this.answerS3(request, response, object, body);
    else this.answerJson(request, response, body);
  }

  private answerMetadata(request: IncomingMessage, response: ServerResponse, path: string): void {
    if (path === 'api/token' && request.method === 'PUT') {
      const session = `session-${this.sessions.size}`;
      this.sessions.add(session);
      // AWS's SDK for Go takes no token without it.
      const ttl = String(request.headers['x-aws-ec2-metadata-token-ttl-seconds'] ?? '');
      response.setHeader('x-aws-ec2-metadata-token-ttl-seconds', ttl);
      send(response, 200, session);
      return;
    }
    const session = request.headers['x-aws-ec2-metadata-token'];
    if (typeof session !== 'string' || !this.sessions.has(session)) {
      send(response, 401, '');
      return;
    }
    if (path === 'meta-data/iam/security-credentials/demo-machine') {
      send(
        response,
        200,
        JSON.stringify({
          Code: 'Success',
          AccessKeyId: fakeCredentials.keyId,
          SecretAccessKey: fakeCredentials.secret,
          Token: fakeCredentials.token,
          Expiration: `${new Date(Date.now() + 3600_000).toISOString().slice(0, 19)}Z`,
        }),
      );
      return;
    }
    const value = this.readMetadata(path);
    send(response, value === undefined ? 404 : 200, value ?? '');
  }

  /** A value of the instance metadata, or the names in a folder of it. */
  readMetadata(path: string): string | undefined {
    return this.metadata.get(path) ?? this.listMetadata(path);
  }

  /** A folder of the metadata: a line each, with a slash after what is a folder too. */
  private listMetadata(path: string): string | undefined {
    const folder = path === '' || path.endsWith('/') ? path : `${path}/`;
    const below = [...this.metadata.keys()].filter((key) => key.startsWith(folder));
    const names = below.map((key) => key.slice(folder.length).replace(/\/.*/, '/'));
    return names.length === 0 ? undefined : [...new Set(names)].sort().join('\n');
  }

  private answerS3(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    body: Buffer,
  ): void {
    const fault = this.takeFault(path);
    if (fault === 'busy') {
      send(response, 503, '<Error><Code>SlowDown</Code></Error>');
      return;
    }
    if (fault === 'error') {
      send(response, 403, '<Error><Code>AccessDenied</Code><Message>no</Message></Error>');
      return;
    }
    if (request.method === 'PUT') {
      const checksum = createHash('sha256').update(body).digest();
      if (request.headers['x-amz-checksum-sha256'] !== checksum.toString('base64')) {
        send(response, 400, '<Error><Code>BadDigest</Code></Error>');
        return;
      }
      this.objects.set(path, body);
      send(response, 200, '');
      return;
    }
    const object = this.objects.get(path);
    if (object === undefined) {
      send(response, 404, '<Error><Code>NoSuchKey</Code></Error>');
      return;
    }
    if (fault === 'truncate') {
      response.writeHead(200, { 'content-length': object.length });
      response.write(object.subarray(0, Math.floor(object.length / 2)), () => {
        response.destroy();
      });
      return;
    }
    response.writeHead(200, { 'content-length': object.length });
    response.end(object);
  }

  private answerJson(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const document = JSON.parse(body.toString()) as Readonly<Record<string, unknown>>;
    const refuse = (type: string) => {
      send(response, 400, JSON.stringify({ __type: type, message: fakeCredentials.token }));
    };
    const action = target(request);
    const fault = this.takeFault(action);
    if (fault !== undefined) {
      refuse(fault === 'throttle' ? 'ThrottlingException' : 'ServiceUnavailableException');
      return;
    }
    switch (action) {
      case 'AmazonSSM.GetParameter': {
        const value = this.parameters.get(String(document.Name));
        if (value === undefined) refuse('ParameterNotFound');
        else if (document.WithDecryption !== true) refuse('ValidationException');
        else
          send(response, 200, JSON.stringify({ Parameter: { Name: document.Name, Value: value } }));
        return;
      }
      case 'AmazonSSM.GetParametersByPath': {
        const token = typeof document.NextToken === 'string' ? document.NextToken : undefined;
        const page = listParameters(this.parameters, String(document.Path), token);
        send(response, 200, JSON.stringify(page));
        return;
      }
      case 'Logs_20140328.CreateLogStream': {
        const key = streamKey(document);
        if (this.events.has(key)) refuse('ResourceAlreadyExistsException');
        else {
          this.events.set(key, []);
          send(response, 200, '{}');
        }
        return;
      }
      case 'Logs_20140328.PutLogEvents':
        this.putEvents(document, refuse, response);
        return;
      default:
        refuse('UnknownOperationException');
    }
  }

  private putEvents(
    document: Readonly<Record<string, unknown>>,
    refuse: (type: string) => void,
    response: ServerResponse,
  ): void {
    const stream = this.events.get(streamKey(document));
    const events = document.logEvents as readonly ShippedEvent[];
    const size = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0);
    const times = events.map(({ timestamp }) => timestamp);
    const { refusedText } = this;
    if (refusedText !== undefined && events.some(({ message }) => message.includes(refusedText))) {
      refuse('InvalidParameterException');
      return;
    }
    const problem =
      stream === undefined
        ? 'ResourceNotFoundException'
        : events.length === 0 ||
            events.length > 10_000 ||
            size > 1_048_576 ||
            events.some(({ message }) => message === '' || Buffer.byteLength(message) > 262_118) ||
            times.some((time, index) => time < (times[index - 1] ?? 0)) ||
            (times.at(-1) ?? 0) - (times[0] ?? 0) > 24 * 3600_000
          ? 'InvalidParameterException'
          : undefined;
    if (problem !== undefined) {
      this.refusals.push(`PutLogEvents: ${problem}`);
      refuse(problem);
      return;
    }
    stream?.push(...events);
    this.batches.push(size);
    send(response, 200, '{}');
  }
}

function streamKey(document: Readonly<Record<string, unknown>>): string {
  return `${String(document.logGroupName)} ${String(document.logStreamName)}`;
}

function target(request: IncomingMessage): string {
  const header = request.headers['x-amz-target'];
  return typeof header === 'string' ? header : '';
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** Undefined when the signature (version 4) is right, or what is wrong with it. */
function verifySignature(request: IncomingMessage, body: Buffer): string | undefined {
  const header = request.headers.authorization ?? '';
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (!match) return `no signature of version 4: ${header.slice(0, 40)}`;
  const [, keyId, day = '', scopeRegion = '', service = '', signedHeaders = '', signature = ''] =
    match;
  if (keyId !== fakeCredentials.keyId || scopeRegion !== region) return 'wrong scope';
  if (request.headers['x-amz-security-token'] !== fakeCredentials.token) return 'no token';
  const names = signedHeaders.split(';');
  for (const needed of ['host', 'x-amz-date', 'x-amz-security-token']) {
    if (!names.includes(needed)) return `${needed} is not signed`;
  }
  const hash = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
  const claimed = request.headers['x-amz-content-sha256'];
  const payload = typeof claimed === 'string' ? claimed : hash(body);
  if (/^[0-9a-f]{64}$/.test(payload) && payload !== hash(body)) return 'wrong content hash';
  const value = (name: string) => String(request.headers[name] ?? '').trim();
  const canonical = [
    request.method ?? '',
    (request.url ?? '').split('?')[0] ?? '',
    '',
    ...names.map((name) => `${name}:${value(name)}`),
    '',
    signedHeaders,
    payload,
  ].join('\n');
  const date = value('x-amz-date');
  const scope = `${day}/${scopeRegion}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', date, scope, hash(canonical)].join('\n');
  const key = scope
    .split('/')
    .reduce(
      (previous, part) => createHmac('sha256', previous).update(part).digest(),
      Buffer.from(`AWS4${fakeCredentials.secret}`),
    );
  const expected = createHmac('sha256', key).update(text).digest();
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) return 'wrong signature';
  return undefined;
}
