import { describe, expect, test } from '@jest/globals';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { leaksIn, privateKeysIn } from '../support/cluster/find-secrets';

describe('the search for secrets', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ format: 'pem', type: 'sec1' }).toString();
  const pkcs8 = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

  test.each<[string, string]>([
    ['SEC 1', pem],
    ['PKCS 8', pkcs8],
    ['JSON', JSON.stringify({ value: pem })],
    ['JSON inside of JSON', JSON.stringify(JSON.stringify(pem))],
    ['base64 of PEM', Buffer.from(pem).toString('base64')],
    ['base64 of a script', Buffer.from(`#!/bin/sh\necho ${pem}`).toString('base64')],
    ['a JSON Web Key', JSON.stringify(privateKey.export({ format: 'jwk' }))],
  ])('finds a key as %s', (_form, text) => {
    expect(leaksIn(text, [pem])).toEqual([pem]);
  });

  test('takes no public half for a key', () => {
    const { x, y } = createPublicKey(pem).export({ format: 'jwk' });
    expect(
      leaksIn(
        `${publicKey.export({ format: 'pem', type: 'spki' }).toString()} ${x ?? ''} ${y ?? ''}`,
        [pem],
      ),
    ).toEqual([]);
  });

  test('collects each key once, however often and in whatever form it is there', () => {
    const text = JSON.stringify(JSON.stringify([pem, pkcs8, pem]));
    expect(privateKeysIn(text)).toHaveLength(1);
  });
});
