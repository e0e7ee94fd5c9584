import type { CertificateFact } from '../../../../lib/conformance/facts';

const common = {
  dnsNames: [],
  ipAddresses: [],
  keyAlgorithm: 'EC P-256',
} as const;

const authority = (name: string): CertificateFact => ({
  ...common,
  name,
  subject: { commonName: name },
  issuer: name,
  isAuthority: true,
  extendedKeyUsages: [],
  validityDays: 3650,
});

const leaf = (name: string, commonName: string): CertificateFact => ({
  ...common,
  name,
  subject: { commonName },
  issuer: 'etcd-ca',
  isAuthority: false,
  extendedKeyUsages: ['clientAuth'],
  validityDays: 365,
});

/** A conformant cluster's certificates. */
export const conformantCertificates: readonly CertificateFact[] = [
  authority('etcd-ca'),
  authority('cluster-ca'),
  leaf('etcd-0-peer', 'etcd-peer'),
  leaf('etcd-client', 'kube-apiserver'),
];
