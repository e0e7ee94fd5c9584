import { createPrivateKey } from 'node:crypto';

/** Every private key (PEM) that a text holds, JSON-escaped or not, each in one encoding. */
export function privateKeysIn(text: string): readonly string[] {
  // Escaped once or more often: a state holds JSON inside of JSON.
  const plain = text.replaceAll(/\\+n/g, '\n');
  const keys = plain.match(
    /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----/g,
  );
  const byScalar = new Map((keys ?? []).map((key) => [scalarOf(key), key]));
  return [...byScalar.values()];
}

/** The ways in which the bytes of a private key may show up in some text. */
export function traces(privateKeyPem: string): readonly string[] {
  const scalar = scalarOf(privateKeyPem);
  const bytes = Buffer.from(scalar, 'base64url');
  const body = privateKeyPem.split('\n').filter((line) => !line.startsWith('-----'));
  return [
    // Any line of the PEM form, whatever the line breaks became.
    ...body.filter((line) => line.length >= 16),
    scalar,
    bytes.toString('base64'),
    bytes.toString('hex'),
    // The whole form encoded once more, as in user-data or a Kubernetes Secret.
    Buffer.from(privateKeyPem).toString('base64').slice(0, 120).slice(60),
  ];
}

/** Those of the secrets whose bytes a text holds. */
export function leaksIn(text: string, privateKeys: readonly string[]): readonly string[] {
  return privateKeys.filter((key) => traces(key).some((trace) => text.includes(trace)));
}

/** The secret number itself, which every encoding holds. */
function scalarOf(privateKeyPem: string): string {
  const scalar = createPrivateKey(privateKeyPem).export({ format: 'jwk' }).d;
  if (scalar === undefined) throw new Error('a key without a private part');
  return scalar;
}
