import { createHash, createPublicKey } from 'node:crypto';

/** Keys of the documents in the issuer's bucket. */
export const wellKnown = {
  discovery: '.well-known/openid-configuration',
  keySet: 'openid/v1/jwks',
} as const;

/** The discovery document of an issuer that only signs service-account tokens. */
export function renderDiscovery(issuer: string): string {
  return JSON.stringify({
    issuer,
    jwks_uri: `${issuer}/${wellKnown.keySet}`,
    authorization_endpoint: 'urn:kubernetes:programmatic_authorization',
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    claims_supported: ['sub', 'iss'],
  });
}

/**
 * The key set of one P-256 public key.
 *
 * The key id is what kube-apiserver writes into tokens: the unpadded base64url SHA-256 of the
 * DER-encoded public key.
 */
export function renderKeySet(publicKeyPem: string): string {
  const key = createPublicKey(publicKeyPem);
  const der = key.export({ format: 'der', type: 'spki' });
  const { kty, crv, x, y } = key.export({ format: 'jwk' });
  const kid = createHash('sha256').update(der).digest('base64url');
  return JSON.stringify({ keys: [{ use: 'sig', kty, kid, crv, alg: 'ES256', x, y }] });
}
