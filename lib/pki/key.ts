import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';

/** A P-256 key pair in the encodings that `tls.PrivateKey` gives out. */
export interface GeneratedKey {
  /** SEC 1, `EC PRIVATE KEY`. */
  readonly privateKeyPem: string;
  readonly privateKeyPemPkcs8: string;
  readonly publicKeyPem: string;
}

/** Makes an ECDSA P-256 key pair. */
export function generateKey(): GeneratedKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return encodeKey(privateKey);
}

/** Reads a private key in PEM back into every encoding. */
export function readKey(privateKeyPem: string): GeneratedKey {
  return encodeKey(createPrivateKey(privateKeyPem));
}

function encodeKey(privateKey: KeyObject): GeneratedKey {
  return {
    privateKeyPem: privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
    privateKeyPemPkcs8: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKeyPem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
  };
}
