import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Problem } from '../../lib/blueprint/problem';

/** Days that a CA has to be valid for: it signs certificates of a year. */
const leastDays = 365;

/** Why a certificate and a key are no CA of a cluster; empty when they are. Shows no key. */
export function problemsOfCa(
  path: string,
  ca: { readonly certificatePem: string; readonly privateKeyPem: string },
  now: Date = new Date(),
): readonly Problem[] {
  const read = readPair(ca);
  if (!read) {
    return [{ path, got: 'what no parser reads', expected: 'a certificate and a key, both PEM' }];
  }
  const { certificate, key } = read;
  const days = Math.floor((Date.parse(certificate.validTo) - now.getTime()) / 86_400_000);
  const { subject } = certificate;
  return [
    ...(certificate.ca
      ? []
      : [{ path: `${path}.certificatePem`, got: subject, expected: 'the certificate of a CA' }]),
    ...(days >= leastDays
      ? []
      : [
          {
            path: `${path}.certificatePem`,
            got: `${days} days left`,
            expected: `at least ${leastDays} days`,
          },
        ]),
    ...(certificate.checkPrivateKey(key)
      ? []
      : [{ path: `${path}.privateKeyPem`, got: 'another key', expected: `the key of ${subject}` }]),
  ];
}

function readPair(ca: { readonly certificatePem: string; readonly privateKeyPem: string }) {
  try {
    return {
      certificate: new X509Certificate(ca.certificatePem),
      key: createPrivateKey(ca.privateKeyPem),
    };
  } catch {
    return undefined;
  }
}
