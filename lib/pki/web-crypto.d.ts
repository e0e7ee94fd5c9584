import type { webcrypto } from 'node:crypto';

// The types of @peculiar/x509 name what browsers have as globals.
declare global {
  type Crypto = webcrypto.Crypto;
  type CryptoKey = webcrypto.CryptoKey;
  type CryptoKeyPair = webcrypto.CryptoKeyPair;
  type BufferSource = ArrayBufferView | ArrayBuffer;
  type KeyUsage = webcrypto.KeyUsage;
  type Algorithm = webcrypto.Algorithm;
  type EcdsaParams = webcrypto.EcdsaParams;
  type EcKeyGenParams = webcrypto.EcKeyGenParams;
  type EcKeyImportParams = webcrypto.EcKeyImportParams;
  type HashAlgorithmIdentifier = webcrypto.AlgorithmIdentifier;
  type RsaHashedImportParams = webcrypto.RsaHashedImportParams;
}
