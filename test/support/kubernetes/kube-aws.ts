import { createHash, createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { issueCertificate, makeCa } from '../pki';

/** An identity that the fake STS knows by its access key. */
export interface AwsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of an assumed role, such as `arn:aws:sts::123456789012:assumed-role/prod-worker/i-0123`. */
  readonly arn: string;
}

/** An instance that the fake EC2 reports. */
export interface AwsInstance {
  readonly id: string;
  readonly privateIp: string;
}

/** STS, EC2 and the instance metadata on loopback. */
export interface FakeAws {
  readonly url: string;
  readonly region: string;
  /** Environment under which AWS SDKs reach it, signing as one identity. */
  environment(identity: AwsIdentity): NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

const region = 'eu-central-1';
const stsHost = `sts.${region}.amazonaws.com`;

/**
 * Starts the fake. STS is reached under its true name through a CONNECT proxy and checks each
 * signature (Signature Version 4), so a forged or changed request is refused as AWS would refuse it.
 */
export async function startFakeAws(options: {
  readonly folder: string;
  readonly identities: readonly AwsIdentity[];
  readonly instances: readonly AwsInstance[];
}): Promise<FakeAws> {
  const ca = await makeCa('aws-test-ca');
  const { certificate, key } = await issueCertificate({
    ca,
    commonName: stsHost,
    uses: ['server_auth'],
    dnsNames: [stsHost],
  });
  const caFile = `${options.folder}/aws-ca.pem`;
  await writeFile(caFile, ca.certificate);

  const sts = createTlsServer({ cert: certificate, key }, (request, response) => {
    answerSts(request, response, options.identities);
  });
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      answerEc2(response, options.instances);
    } else {
      answerMetadata(request, response);
    }
  });
  server.on('connect', (request, socket) => {
    if (request.url !== `${stsHost}:443`) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    sts.emit('connection', socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return {
    url,
    region,
    environment: ({ accessKeyId, secretAccessKey }) => ({
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: region,
      AWS_ENDPOINT_URL_EC2: url,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
      HTTPS_PROXY: url,
      SSL_CERT_FILE: caFile,
    }),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        sts.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

function answerSts(
  request: IncomingMessage,
  response: ServerResponse,
  identities: readonly AwsIdentity[],
): void {
  const query = new URL(request.url ?? '/', `https://${stsHost}`).searchParams;
  const accessKey = query.get('X-Amz-Credential')?.split('/')[0];
  const identity = identities.find(({ accessKeyId }) => accessKeyId === accessKey);
  response.setHeader('content-type', 'application/json');
  if (!identity || signatureOf(request, query, identity) !== query.get('X-Amz-Signature')) {
    response.statusCode = 403;
    response.end(JSON.stringify({ Error: { Code: 'SignatureDoesNotMatch' } }));
    return;
  }
  const session = identity.arn.slice(identity.arn.lastIndexOf('/') + 1);
  response.end(
    JSON.stringify({
      GetCallerIdentityResponse: {
        GetCallerIdentityResult: {
          Account: identity.arn.split(':')[4],
          Arn: identity.arn,
          UserId: `AROAEXAMPLE${accessKey ?? ''}:${session}`,
        },
      },
    }),
  );
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
function signatureOf(
  request: IncomingMessage,
  query: URLSearchParams,
  { secretAccessKey }: AwsIdentity,
): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replaceAll(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const canonicalQuery = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const signed = query.get('X-Amz-SignedHeaders') ?? '';
  const headers = signed
    .split(';')
    .map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`)
    .join('');
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const canonical = `GET\n/\n${canonicalQuery}\n${headers}\n${signed}\n${hash('')}`;
  const [, ...scope] = (query.get('X-Amz-Credential') ?? '').split('/');
  const text = `AWS4-HMAC-SHA256\n${query.get('X-Amz-Date') ?? ''}\n${scope.join('/')}\n${hash(canonical)}`;
  const signingKey = scope.reduce<Buffer | string>(
    (previous, part) => createHmac('sha256', previous).update(part).digest(),
    `AWS4${secretAccessKey}`,
  );
  return createHmac('sha256', signingKey).update(text).digest('hex');
}

function answerEc2(response: ServerResponse, instances: readonly AwsInstance[]): void {
  response.setHeader('content-type', 'text/xml');
  response.end(renderInstances(instances));
}

/** The answer of EC2 DescribeInstances. */
export function renderInstances(instances: readonly AwsInstance[]): string {
  const items = instances.map(
    ({ id, privateIp }) =>
      `<item><reservationId>r-1</reservationId><instancesSet><item><instanceId>${id}</instanceId>` +
      `<instanceState><code>16</code><name>running</name></instanceState>` +
      `<privateDnsName>ip-${privateIp.replaceAll('.', '-')}.${region}.compute.internal</privateDnsName>` +
      `<privateIpAddress>${privateIp}</privateIpAddress></item></instancesSet></item>`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">' +
    `<requestId>1</requestId><reservationSet>${items.join('')}</reservationSet>` +
    '</DescribeInstancesResponse>'
  );
}

function answerMetadata(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'PUT') {
    response.setHeader('x-aws-ec2-metadata-token-ttl-seconds', '21600');
    response.end('token');
  } else if (request.url === '/latest/dynamic/instance-identity/document') {
    response.end(JSON.stringify({ region, accountId: '123456789012' }));
  } else {
    response.statusCode = 404;
    response.end();
  }
}
