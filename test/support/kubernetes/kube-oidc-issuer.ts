import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:https';
import { issueCertificate, makeCa } from '../pki';

/** An OIDC issuer on loopback, for as long as a test runs. */
export interface OidcIssuer {
  readonly url: string;
  /** PEM of the CA of its certificate. */
  readonly ca: string;
  /** A signed ID token with these claims beside `iss`, `iat` and `exp`. */
  sign(claims: Readonly<Record<string, unknown>>): string;
  stop(): Promise<void>;
}

/** Starts an issuer with a discovery document and one RSA key. */
export async function startOidcIssuer(): Promise<OidcIssuer> {
  const ca = await makeCa('oidc-test-ca');
  const { certificate, key } = await issueCertificate({
    ca,
    commonName: 'oidc',
    uses: ['server_auth'],
    ipAddresses: ['127.0.0.1'],
  });
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let url = '';
  const server = createServer({ cert: certificate, key }, (request, response) => {
    response.setHeader('content-type', 'application/json');
    const documents: Record<string, object> = {
      '/.well-known/openid-configuration': {
        issuer: url,
        jwks_uri: `${url}/keys`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      },
      '/keys': {
        keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }],
      },
    };
    const document = documents[request.url ?? ''];
    response.statusCode = document ? 200 : 404;
    response.end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `https://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    url,
    ca: ca.certificate,
    sign: (claims) => {
      const now = Math.floor(Date.now() / 1000);
      const head = encode({ alg: 'RS256', kid: 'one', typ: 'JWT' });
      const body = encode({ iss: url, iat: now, exp: now + 600, ...claims });
      const signature = createSign('RSA-SHA256').update(`${head}.${body}`).sign(privateKey);
      return `${head}.${body}.${signature.toString('base64url')}`;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}
