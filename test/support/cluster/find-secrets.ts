import { createPrivateKey } from 'node:crypto';

/** Every private key (PEM) that a text holds, escaped or not, each in one encoding. */
export function privateKeysIn(text: string): readonly string[] {
  // Escaped once or more often: a state holds JSON inside of JSON.
  const plain = text.replaceAll(/\\+n/g, '\n');
  const keys = plain.match(
    /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----/g,
  );
  const byScalar = new Map((keys ?? []).map((key) => [scalarOf(key).toString('hex'), key]));
  return [...byScalar.values()];
}

/** Those of the keys whose secret number a text holds, in whichever encoding. */
export function leaksIn(text: string, privateKeys: readonly string[]): readonly string[] {
  // PEM breaks its lines within the number.
  const unbroken = text.replaceAll(/\\+n|\n/g, '');
  return privateKeys.filter((key) => tracesOf(key).some((trace) => unbroken.includes(trace)));
}

/**
 * How the secret number of a key shows up: hexadecimal, base64 (PEM, DER, a JSON Web Key) and base64
 * of PEM (user-data, a Kubernetes Secret). The rest of a private key is its public half.
 */
function tracesOf(privateKeyPem: string): readonly string[] {
  const scalar = scalarOf(privateKeyPem);
  const encoded = [...inBase64(scalar)];
  return [
    scalar.toString('hex'),
    ...encoded,
    ...encoded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    ...encoded.flatMap((text) => inBase64(Buffer.from(text))),
  ];
}

/** Base64 of bytes in the midst of others, for each of the three ways that they may be aligned. */
function inBase64(bytes: Buffer): readonly string[] {
  return [0, 1, 2].map((shift) =>
    // The first and the last group also depend on what is around.
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(4, -4),
  );
}

function scalarOf(privateKeyPem: string): Buffer {
  const scalar = createPrivateKey(privateKeyPem).export({ format: 'jwk' }).d;
  if (scalar === undefined) throw new Error('a key without a private part');
  return Buffer.from(scalar, 'base64url');
}
