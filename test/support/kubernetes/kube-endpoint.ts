import { readFile, readdir, readlink } from 'node:fs/promises';
import { request } from 'node:https';
import { connect } from 'node:tls';
import type { Caller } from './kube-client';

/** Where a program listens. */
export interface Endpoint {
  /** @default '127.0.0.1' */
  readonly host?: string;
  readonly port: number;
}

/** The version of TLS that was agreed on, or why there was none. */
export function handshake(
  { host = '127.0.0.1', port }: Endpoint,
  version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3',
  ciphers = 'ALL:@SECLEVEL=0',
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(
      {
        host,
        port,
        minVersion: version,
        maxVersion: version,
        rejectUnauthorized: false,
        ciphers,
      },
      () => {
        resolve(socket.getProtocol() ?? 'none');
        socket.end();
      },
    );
    socket.once('error', (error: Error) => {
      resolve(error.message);
    });
  });
}

/** Status of a path at a program whose certificate is not looked at. */
export function statusOf(
  { host = '127.0.0.1', port }: Endpoint,
  target: string,
  caller: Caller = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    request(
      {
        host,
        port,
        path: target,
        rejectUnauthorized: false,
        agent: false,
        ...(caller.certificate === undefined ? {} : { cert: caller.certificate, key: caller.key }),
        ...(caller.token === undefined
          ? {}
          : { headers: { authorization: `Bearer ${caller.token}` } }),
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    )
      .once('error', reject)
      .end();
  });
}

/** Certificate that a program shows, in DER. */
export function shownCertificate({ host = '127.0.0.1', port }: Endpoint): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().raw);
      socket.end();
    });
    socket.once('error', reject);
  });
}

/** Sockets that a process listens on, as `address:port`. */
export async function listeningSockets(pid: number | undefined): Promise<readonly string[]> {
  const descriptors = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(
    descriptors.map((descriptor) => readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')),
  );
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const found: string[] = [];
  for (const file of ['tcp', 'tcp6']) {
    const text = await readFile(`/proc/${pid}/net/${file}`, 'utf8');
    for (const line of text.split('\n').slice(1)) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      if (state !== '0A' || !inodes.has(inode)) continue;
      const [address = '', port = ''] = local.split(':');
      const text4 = /^0100007F$|^0{16}FFFF00000100007F$/.test(address) ? '127.0.0.1' : '*';
      found.push(`${text4}:${Number.parseInt(port, 16)}`);
    }
  }
  return found.sort();
}
