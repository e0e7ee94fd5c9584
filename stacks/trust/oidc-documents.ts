import { createHash, createPublicKey } from 'node:crypto';

/** Paths of the documents below the address of the issuer. */
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

/** Stage of the API that serves the documents; the last part of the issuer's address. */
export const issuerStage = 'oidc';

/**
 * An OpenAPI description of an API that answers with the two documents itself: no bucket, no function
 * and no credentials are behind it. The address is not known before the API is there, so that the
 * API fills it in.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
export function renderIssuerApi(name: string, publicKeyPem: string): string {
  const documents = {
    [wellKnown.discovery]: renderDiscovery('https://$context.domainName/$context.stage'),
    [wellKnown.keySet]: renderKeySet(publicKeyPem),
  };
  return JSON.stringify({
    openapi: '3.0.1',
    info: { title: name, version: '1' },
    paths: Object.fromEntries(
      Object.entries(documents).map(([path, document]) => [`/${path}`, { get: answers(document) }]),
    ),
  });
}

function answers(document: string) {
  return {
    responses: { '200': { description: 'document', content: { 'application/json': {} } } },
    security: [],
    'x-amazon-apigateway-integration': {
      type: 'mock',
      passthroughBehavior: 'when_no_match',
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
      responses: {
        default: { statusCode: '200', responseTemplates: { 'application/json': document } },
      },
    },
  };
}
