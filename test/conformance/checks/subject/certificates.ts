import type { CertificateFact } from '../../../../lib/conformance/facts';

const common = {
  dnsNames: [],
  ipAddresses: [],
  keyAlgorithm: 'EC P-256',
} as const;

const ca = (name: string): CertificateFact => ({
  ...common,
  name,
  subject: { commonName: name },
  issuer: name,
  isCa: true,
  extendedKeyUsages: [],
  validityDays: 3650,
});

const leaf = (name: string, commonName: string): CertificateFact => ({
  ...common,
  name,
  subject: { commonName },
  issuer: 'etcd-ca',
  isCa: false,
  extendedKeyUsages: ['clientAuth'],
  validityDays: 365,
});

/** A conformant cluster's certificates. */
export const conformantCertificates: readonly CertificateFact[] = [
  ca('etcd-ca'),
  ca('cluster-ca'),
  leaf('etcd-0-peer', 'etcd-peer'),
  leaf('etcd-client', 'kube-apiserver'),
];
