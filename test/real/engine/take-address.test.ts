import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { takeAddressScript } from '../../../stacks/machines/take-address';

const run = promisify(execFile);
const lib = resolve(__dirname, '..', '..', '..', 'lib', 'machine', 'programs', 'boot', 'lib.sh');

describe('taking the stable address', () => {
  const root = mkdtempSync(join(tmpdir(), 'take-address-'));
  const requests: string[] = [];
  let status = 200;
  let server: Server;
  let address = '';

  beforeAll(async () => {
    const scripts = join(root, 'usr/local/lib/hardened-cluster');
    mkdirSync(scripts, { recursive: true });
    mkdirSync(join(root, 'etc/hardened-cluster'), { recursive: true });
    copyFileSync(lib, join(scripts, 'lib.sh'));
    writeFileSync(join(scripts, 'take-address'), takeAddressScript('eipalloc-0123'), {
      mode: 0o755,
    });
    writeFileSync(
      join(root, 'etc/hardened-cluster/machine.env'),
      [
        'HC_CLUSTER=prod',
        'HC_MACHINE=bastion',
        'HC_ROLE=bastion',
        'HC_REGION=eu-central-1',
        'HC_ACCOUNT_ID=123456789012',
        'HC_BUCKET=bucket',
        '',
      ].join('\n'),
    );
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const signed = request.headers.authorization?.includes('/eu-central-1/ec2/') === true;
        const known: Readonly<Record<string, string>> = {
          '/latest/api/token': 'token',
          '/latest/meta-data/instance-id': 'i-0abc',
          '/latest/meta-data/iam/security-credentials/': 'prod-bastion',
          '/latest/meta-data/iam/security-credentials/prod-bastion': JSON.stringify({
            AccessKeyId: 'AKIAEXAMPLE',
            SecretAccessKey: 'a-secret-key',
            Token: 'a-session-token',
          }),
        };
        const answer = known[request.url ?? ''];
        if (answer === undefined) requests.push(`${signed ? 'signed' : 'unsigned'} ${body}`);
        response.statusCode = answer === undefined ? status : 200;
        response.end(answer ?? '<AssociateAddressResponse/>');
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('no port');
    address = `http://127.0.0.1:${bound.port}`;
  });

  afterAll(() => {
    server.close();
    rmSync(root, { recursive: true });
  });

  const take = () =>
    run(join(root, 'usr/local/lib/hardened-cluster/take-address'), [], {
      env: {
        PATH: process.env.PATH ?? '',
        HC_ROOT: root,
        HC_ENDPOINT_EC2: address,
        HC_ENDPOINT_IMDS: address,
      },
    });

  test('associates it with this machine, also the second time', async () => {
    const request =
      'signed Action=AssociateAddress&Version=2016-11-15&AllocationId=eipalloc-0123&InstanceId=i-0abc&AllowReassociation=true';
    const { stderr } = await take();
    await take();
    expect(requests).toEqual([request, request]);
    expect(stderr).toBe('take-address: took address eipalloc-0123\n');
  });

  test('fails with one line and no secret when EC2 refuses', async () => {
    status = 403;
    const failure = await take().then(
      () => '',
      (error: unknown) => (error as { readonly stderr: string }).stderr,
    );
    expect(failure.trimEnd().split('\n').at(-1)).toBe(
      'take-address: waiting: EC2 AssociateAddress: got HTTP 403, expected HTTP 200',
    );
    expect(failure).not.toContain('secret');
    expect(failure).not.toContain('a-session-token');
  });
});
