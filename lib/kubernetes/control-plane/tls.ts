/**
 * TLS floor of every Kubernetes endpoint. Clients that speak TLS 1.2 only are common enough (older
 * Java and .NET clients, some webhooks) to stay at 1.2 with forward secrecy and AEAD alone.
 */
export const tlsMinVersion = 'VersionTLS12';

/**
 * Cipher suites of TLS 1.2: all keys are ECDSA, so no RSA suite can ever be chosen. Those of 1.3 are
 * always on and can't be chosen from.
 */
export const tlsCipherSuites = [
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
] as const;

/**
 * Floor of what listens on loopback only: its clients are the machine's own. These programs make an
 * RSA certificate for themselves at each start, which no suite above could use with TLS 1.2.
 */
export const tlsMinVersionOfLoopback = 'VersionTLS13';
