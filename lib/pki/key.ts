import { createPrivateKey, createPublicKey, KeyObject, webcrypto } from 'node:crypto';

/** A P-256 key pair in the encodings that `tls.PrivateKey` gives out. */
export interface GeneratedKey {
  /** SEC 1, `EC PRIVATE KEY`. */
  readonly privateKeyPem: string;
  readonly privateKeyPemPkcs8: string;
  readonly publicKeyPem: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const { subtle } = webcrypto;

/** Key pairs by their PEM: reading a key takes OpenSSL longer than signing with it. */
const known = new Map<string, webcrypto.CryptoKeyPair>();

/** Makes an ECDSA P-256 key pair. */
export async function generateKey(): Promise<GeneratedKey> {
  const pair = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const privateKey = KeyObject.from(pair.privateKey);
  const privateKeyPem = privateKey.export({ type: 'sec1', format: 'pem' }).toString();
  known.set(privateKeyPem, pair);
  return {
    privateKeyPem,
    privateKeyPemPkcs8: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKeyPem: KeyObject.from(pair.publicKey).export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** The pair of a P-256 private key in PEM. */
export async function readKeyPair(privateKeyPem: string): Promise<webcrypto.CryptoKeyPair> {
  const pair = known.get(privateKeyPem) ?? (await importKeyPair(privateKeyPem));
  known.set(privateKeyPem, pair);
  return pair;
}

async function importKeyPair(privateKeyPem: string): Promise<webcrypto.CryptoKeyPair> {
  const key = createPrivateKey(privateKeyPem);
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return {
    privateKey: await subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']),
    publicKey: await subtle.importKey('spki', spki, algorithm, true, ['verify']),
  };
}
