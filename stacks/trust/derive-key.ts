import { createPrivateKey, hkdfSync } from 'node:crypto';

/**
 * Derives 32 bytes (base64) from a private key that serves no other purpose, by HKDF-SHA256 over
 * its DER encoding. So a symmetric key comes out of a resource that is a secret of the Pulumi state and
 * stays the same from one update to the next. A P-256 key has the 256 bits of entropy that the
 * result needs. See docs/decisions/0041-symmetric-keys-from-tls.md.
 */
export function deriveKey(privateKeyPem: string, purpose: string): string {
  const der = createPrivateKey(privateKeyPem).export({ format: 'der', type: 'pkcs8' });
  const bytes = hkdfSync('sha256', der, 'hardened-cluster', purpose, 32);
  return Buffer.from(bytes).toString('base64');
}
