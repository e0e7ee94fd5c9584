import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listParameters } from '../aws/parameter-page';

/** Bucket, parameter store and instance metadata of one etcd tier, on an address of the host. */
export interface EtcdCloud {
  /** Such as `http://10.17.4.1:40123`; serves S3, SSM and IMDS. */
  readonly url: string;
  /** Objects of the bucket by key. */
  readonly objects: Map<string, Buffer>;
  /** Values by parameter, as `etcd/members/etcd-0/peer`. */
  readonly parameters: Map<string, string>;
  /** Answers requests of the service with this status instead, while set. */
  readonly broken: { s3?: number; ssm?: number };
  stop(): Promise<void>;
}

/** Starts a fake for what a member asks AWS for. Checks uploads, not signatures. */
export async function startEtcdCloud(address: string, cluster: string): Promise<EtcdCloud> {
  const objects = new Map<string, Buffer>();
  const parameters = new Map<string, string>();
  const broken: EtcdCloud['broken'] = {};
  const server = createServer((request, response) => {
    readBody(request).then(
      (body) => {
        answer(request, body, response, { cluster, objects, parameters, broken });
      },
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, resolve);
  });
  return {
    url: `http://${address}:${(server.address() as AddressInfo).port}`,
    objects,
    parameters,
    broken,
    stop: () => closeServer(server),
  };
}

interface CloudState extends Pick<EtcdCloud, 'objects' | 'parameters' | 'broken'> {
  readonly cluster: string;
}

function answer(
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  state: CloudState,
): void {
  const path = request.url ?? '';
  if (path.startsWith('/latest/')) answerMetadata(path, response);
  else if (request.headers['x-amz-target'] === 'AmazonSSM.GetParameter') {
    answerParameter(body, response, state);
  } else if (request.headers['x-amz-target'] === 'AmazonSSM.GetParametersByPath') {
    answerParameters(body, response, state);
  } else answerObject(request, body, response, state);
}

function answerMetadata(path: string, response: ServerResponse): void {
  if (path === '/latest/api/token') response.end('token');
  else if (path.endsWith('/security-credentials/')) response.end('etcd');
  else response.end('{"AccessKeyId":"AKIATEST","SecretAccessKey":"none","Token":"none"}');
}

function answerParameter(body: Buffer, response: ServerResponse, state: CloudState): void {
  const { Name: name } = JSON.parse(body.toString()) as { Name: string };
  const value = state.parameters.get(name.slice(state.cluster.length + 2));
  if (state.broken.ssm !== undefined || value === undefined) {
    response.statusCode = state.broken.ssm ?? 400;
    response.end('{"__type":"ParameterNotFound"}');
    return;
  }
  response.end(JSON.stringify({ Parameter: { Name: name, Value: value } }));
}

function answerParameters(body: Buffer, response: ServerResponse, state: CloudState): void {
  const { Path: path, NextToken: token } = JSON.parse(body.toString()) as ListRequest;
  if (state.broken.ssm !== undefined) {
    response.statusCode = state.broken.ssm;
    const type = state.broken.ssm === 500 ? 'InternalServerError' : 'AccessDeniedException';
    response.end(JSON.stringify({ __type: type }));
    return;
  }
  const all = [...state.parameters].map(([name, value]): [string, string] => [
    `/${state.cluster}/${name}`,
    value,
  ]);
  response.end(JSON.stringify(listParameters(all, path, token)));
}

interface ListRequest {
  readonly Path: string;
  readonly NextToken?: string;
}

function answerObject(
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  { objects, broken }: CloudState,
): void {
  const key = decodeURIComponent(request.url?.split('/').slice(2).join('/') ?? '');
  if (broken.s3 !== undefined) {
    response.statusCode = broken.s3;
    response.end('<Error><Code>SlowDown</Code></Error>');
  } else if (request.method === 'PUT') {
    const checksum = createHash('sha256').update(body).digest('hex');
    if (request.headers['x-amz-content-sha256'] !== checksum) {
      response.statusCode = 400;
      response.end('<Error><Code>XAmzContentSHA256Mismatch</Code></Error>');
      return;
    }
    objects.set(key, body);
    response.end();
  } else {
    const object = objects.get(key);
    response.statusCode = object === undefined ? 404 : 200;
    response.end(object ?? '<Error><Code>NoSuchKey</Code></Error>');
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
