import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  awsIamAuthenticatorArtifact,
  calicoCrdsManifestArtifact,
  crictlArtifact,
  etcdArtifact,
  gvisorRunscArtifact,
  kubeletArtifact,
} from '../../lib/machine/artifacts';
import { fetchChecksums } from '../../lib/machine/fetch-checksums';
import type { MachineArtifact } from '../../lib/machine/machine-config';
import { readPublishedChecksum } from '../../lib/machine/published-checksums';

const files = new Map<string, string>();
const server: Server = createServer((request, response) => {
  const content = files.get(request.url ?? '');
  response.writeHead(content === undefined ? 404 : 200);
  response.end(content ?? 'no');
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** The publishers' hosts, all on the local server, by host and path. */
const fetchHere = (url: string) => {
  const { host, pathname } = new URL(url);
  const { port } = server.address() as AddressInfo;
  return fetch(`http://127.0.0.1:${port}/${host}${pathname}`);
};
const place = (url: string, content: string) => {
  const { host, pathname } = new URL(url);
  files.set(`/${host}${pathname}`, content);
};
const hash = (content: string, algorithm = 'sha256') =>
  createHash(algorithm).update(content).digest('hex');
const folderOf = ({ url }: MachineArtifact) => url.slice(0, url.lastIndexOf('/') + 1);

describe('fetchSums', () => {
  it('gives what each publisher says, after holding the download against it', async () => {
    const kubelet = kubeletArtifact({}, '1.38.0', 'amd64');
    const etcd = etcdArtifact({}, '3.7.0', 'arm64');
    const authenticator = awsIamAuthenticatorArtifact({}, '0.7.9', 'arm64');
    const crictl = crictlArtifact({}, '1.38.0', 'amd64');
    const gvisor = gvisorRunscArtifact({}, '20261101.0', 'arm64');
    for (const artifact of [kubelet, etcd, authenticator, crictl, gvisor]) {
      place(artifact.url, artifact.name);
    }
    place(`${kubelet.url}.sha256`, hash('kubelet'));
    place(
      `${folderOf(etcd)}SHA256SUMS`,
      `${hash('other')}  etcd-v3.7.0-linux-amd64.tar.gz\n${hash('etcd')}  etcd-v3.7.0-linux-arm64.tar.gz\n`,
    );
    place(
      `${folderOf(authenticator)}authenticator_0.7.9_checksums.txt`,
      `${hash('aws-iam-authenticator')}  aws-iam-authenticator_0.7.9_linux_arm64\n`,
    );
    place(`${crictl.url}.sha256`, `${hash('crictl')}  crictl-v1.38.0-linux-amd64.tar.gz\n`);
    place(`${gvisor.url}.sha512`, `${hash('gvisor-runsc', 'sha512')}  runsc\n`);
    expect(await fetchChecksums([kubelet, etcd, authenticator, crictl, gvisor], fetchHere)).toEqual(
      {
        checksums: {
          kubelet: { '1.38.0': { amd64: hash('kubelet') } },
          etcd: { '3.7.0': { arm64: hash('etcd') } },
          'aws-iam-authenticator': { '0.7.9': { arm64: hash('aws-iam-authenticator') } },
          crictl: { '1.38.0': { amd64: hash('crictl') } },
          'gvisor-runsc': {
            '20261101.0': { arm64: `sha512:${hash('gvisor-runsc', 'sha512')}` },
          },
        },
        problems: [],
      },
    );
  });

  it('fails when the download is not what the publisher says', async () => {
    const kubelet = kubeletArtifact({}, '1.38.1', 'amd64');
    place(kubelet.url, 'tampered');
    place(`${kubelet.url}.sha256`, hash('kubelet'));
    const { checksums, problems } = await fetchChecksums([kubelet], fetchHere);
    expect(checksums).toEqual({});
    expect(problems).toEqual([
      {
        path: 'artifacts.sha256.kubelet.1.38.1.amd64',
        got: `${kubelet.url} with sha256 ${hash('tampered')}`,
        expected: `${hash('kubelet')}, as ${kubelet.url}.sha256 says`,
      },
    ]);
  });

  it('fails when the publisher does not name the file, answers nothing, or gives no checksums', async () => {
    const etcd = etcdArtifact({}, '3.7.1', 'arm64');
    place(`${folderOf(etcd)}SHA256SUMS`, `${hash('x')}  another-file\n${hash('y')}  third\n`);
    const missing = kubeletArtifact({}, '1.38.2', 'amd64');
    const without = calicoCrdsManifestArtifact({}, '3.99.0', 'amd64');
    const { checksums, problems } = await fetchChecksums([etcd, missing, without], fetchHere);
    expect(checksums).toEqual({});
    expect(problems.map(({ got, expected }) => `${String(got)} / ${expected}`)).toEqual([
      `${folderOf(etcd)}SHA256SUMS without it / one sha256 of etcd-v3.7.1-linux-arm64.tar.gz`,
      `Error: ${missing.url}.sha256: HTTP 404 / an answer from dl.k8s.io`,
      `undefined / a checksum that you have verified yourself: the publisher of ${without.url} gives none`,
    ]);
  });
});

describe('readPublishedSum', () => {
  const checksum = 'ab'.repeat(32);
  const other = 'cd'.repeat(32);
  it.each([
    ['a lone checksum', checksum, checksum],
    ['a lone checksum with a line end', `${checksum}\r\n`, checksum],
    ['a named checksum', `${other}  other\n${checksum}  file`, checksum],
    ['a checksum of binary mode', `${other} *other\n${checksum} *./dist/file`, checksum],
    ['no checksum', 'not found', undefined],
    ['a checksum of another file', `${other}  other`, undefined],
    ['two lone checksums', `${checksum}\n${other}`, undefined],
    ['the file twice with different checksums', `${checksum}  file\n${other}  file`, undefined],
    ['a checksum that is too short', `${checksum.slice(2)}  file`, undefined],
  ])('reads %s', (_, text, expected) => {
    expect(readPublishedChecksum(text, 'file', 'sha256')).toBe(expected);
  });
});
