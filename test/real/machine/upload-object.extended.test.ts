import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planCluster } from '../../../lib/cluster/plan-cluster';
import { FakeAws } from '../../support/aws/fake-aws';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';
import { machineNamed, MachineRoot } from '../../support/machine/machine-root';

const machine = machineNamed(planCluster(makeBlueprint()).machines, 'etcd-0');

/** S3's limit of one upload. */
const singleUploadBytes = 5 * 1024 ** 3;

/**
 * Uploads of S3, whole and in parts, that keep no content: the size and checksum of each part. Refuses a
 * part whose checksum is not that of its content, and the second try of every third part by a 503.
 */
class Uploads {
  readonly objects = new Map<string, { bytes: number; parts: readonly string[] }>();
  readonly aborted: string[] = [];
  failing: 'never' | 'sometimes' | 'always' = 'never';
  private readonly parts = new Map<number, { bytes: number; checksum: string }>();
  private tries = 0;
  readonly server = createServer((request, response) => {
    this.answer(request, response).catch(() => response.destroy());
  });

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://s3');
    const hash = createHash('sha256');
    let bytes = 0;
    let text = '';
    for await (const chunk of request as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      if (bytes < 1 << 20) text += chunk.toString();
    }
    const digest = hash.digest();
    const checksum = digest.toString('base64');
    const refuse = (status: number, code: string) => {
      response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
    };
    if (request.headers['x-amz-content-sha256'] !== digest.toString('hex')) {
      refuse(400, 'XAmzContentSHA256Mismatch');
    } else if (request.method === 'POST' && url.searchParams.has('uploads')) {
      response.end(
        '<InitiateMultipartUploadResult><UploadId>an/id+=</UploadId></InitiateMultipartUploadResult>',
      );
    } else if (request.method === 'DELETE') {
      this.aborted.push(url.searchParams.get('uploadId') ?? '');
      response.writeHead(204).end();
    } else if (request.method === 'PUT') {
      const number = Number(url.searchParams.get('partNumber') ?? 0);
      this.tries += 1;
      if (bytes > singleUploadBytes) refuse(400, 'EntityTooLarge');
      else if (request.headers['x-amz-checksum-sha256'] !== checksum) refuse(400, 'BadDigest');
      else if (this.failing === 'always' && number === 2) refuse(403, 'AccessDenied');
      else if (this.failing === 'sometimes' && this.tries % 3 === 0) refuse(503, 'SlowDown');
      else {
        if (number === 0) this.objects.set(url.pathname, { bytes, parts: [checksum] });
        else this.parts.set(number, { bytes, checksum });
        response.writeHead(200, { etag: `"${number}"` }).end();
      }
    } else {
      const named = [...text.matchAll(/<ChecksumSHA256>([^<]+)<\/ChecksumSHA256><ETag>"(\d+)"/g)];
      const whole = [...this.parts.values()];
      const right = named.every(([, sum, tag]) => this.parts.get(Number(tag))?.checksum === sum);
      if (!right || named.length !== whole.length) refuse(400, 'InvalidPart');
      else {
        this.objects.set(url.pathname, {
          bytes: whole.reduce((sum, part) => sum + part.bytes, 0),
          parts: whole.map((part) => part.checksum),
        });
        response.end('<CompleteMultipartUploadResult/>');
      }
      this.parts.clear();
    }
  }
}

describe('upload of a snapshot', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hc-upload-'));
  const uploads = new Uploads();
  let cloud: FakeAws;
  let root: MachineRoot;
  const upload = (file: string, key: string) =>
    root.run(join(root.path, 'usr/local/lib/hardened-cluster/upload-object'), [file, key], {
      env: {
        HC_ENDPOINT_S3: `http://127.0.0.1:${(uploads.server.address() as AddressInfo).port}`,
      },
    });
  /** A file of that size with something at both ends, which takes no room. */
  const sparse = (name: string, bytes: number): string => {
    const file = join(folder, name);
    const descriptor = openSync(file, 'w');
    truncateSync(file, bytes);
    writeSync(descriptor, randomBytes(1000), 0, 1000, 0);
    writeSync(descriptor, randomBytes(1000), 0, 1000, bytes - 1000);
    closeSync(descriptor);
    return file;
  };

  beforeAll(async () => {
    uploads.server.listen(0, '127.0.0.1');
    await once(uploads.server, 'listening');
    cloud = await new FakeAws().start();
    root = new MachineRoot(machine, cloud);
    for (const { path, content, mode = '0644' } of machine.files) {
      if (path.startsWith('/usr/local')) root.write(path.slice(1), content, parseInt(mode, 8));
    }
    root.write(
      'etc/hardened-cluster/machine.env',
      "HC_CLUSTER='prod'\nHC_MACHINE='etcd-0'\nHC_REGION='eu-central-1'\nHC_BUCKET='bucket'\n",
    );
  });
  afterAll(async () => {
    uploads.server.closeAllConnections();
    uploads.server.close();
    root.remove();
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('puts a small one in one request', async () => {
    const file = sparse('small', 5_000_000);
    expect(await upload(file, 'etcd/small.db')).toEqual({ code: 0, output: '' });
    expect(uploads.objects.get('/bucket/etcd/small.db')).toMatchObject({ bytes: 5_000_000 });
  });

  it('puts 5.2 GiB in parts, some of them at the second try', async () => {
    uploads.failing = 'sometimes';
    const bytes = Math.round(5.2 * 1024 ** 3);
    expect(await upload(sparse('large', bytes), 'etcd/large.db')).toEqual({ code: 0, output: '' });
    const object = uploads.objects.get('/bucket/etcd/large.db');
    expect(object?.bytes).toBe(bytes);
    expect(object?.parts).toHaveLength(21);
    expect(uploads.aborted).toEqual([]);
  }, 600_000);

  it('leaves no object and no parts when one of them is refused', async () => {
    uploads.failing = 'always';
    const { code, output } = await upload(sparse('refused', 600 * 1024 ** 2), 'etcd/refused.db');
    expect(code).toBe(1);
    expect(output).toBe(
      'upload-object: error: s3: UploadPart 2 of 3: got HTTP 403 AccessDenied, expected HTTP 200\n',
    );
    expect(uploads.objects.has('/bucket/etcd/refused.db')).toBe(false);
    expect(uploads.aborted).toEqual(['an/id+=']);
  });

  it.each(['../other', 'etcd/../../other', 'a b', ''])('refuses the key %j', async (key) => {
    uploads.failing = 'never';
    const { code, output } = await upload(sparse('key', 5000), key);
    expect(code).toBe(1);
    expect(output).toContain('error: s3: key: got');
  });
});
