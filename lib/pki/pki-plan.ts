import type { Blueprint } from '../blueprint/blueprint';
import type { AddressPlan } from '../network/address-plan';

/** A self-signed certificate authority. */
export interface CaPlan {
  /** Such as `etcd-ca`; the stable key of its resources. */
  readonly name: string;
  readonly commonName: string;
  readonly validityDays: number;
}

/** A certificate issued by one of the CAs. */
export interface CertificatePlan {
  readonly name: string;
  readonly ca: string;
  readonly commonName: string;
  readonly organization?: string;
  readonly extendedKeyUsages: readonly ('serverAuth' | 'clientAuth')[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly validityDays: number;
  /** Days before the end at which `pulumi up` issues a new one. */
  readonly renewBeforeDays: number;
}

/** What one SSM parameter below `/<cluster>/` holds, and which tier's role may read it. */
export interface SecretPlan {
  /** Such as `etcd/members/etcd-0/peer`. */
  readonly parameter: string;
  readonly content:
    | { readonly kind: 'ca'; readonly name: string; readonly part: 'certificate' | 'both' }
    | { readonly kind: 'certificate'; readonly name: string }
    | { readonly kind: 'key-pair'; readonly name: string }
    /** 32 random bytes, base64. */
    | { readonly kind: 'random-key'; readonly name: string };
  readonly readers: readonly SecretReader[];
}

/** A role: one etcd member, or a whole tier of identical machines. */
export type SecretReader =
  | { readonly role: 'etcd'; readonly member: string }
  | { readonly role: 'control-plane' }
  | { readonly role: 'worker' };

/** Every CA, certificate, key and parameter of a cluster. All keys are ECDSA P-256. */
export interface PkiPlan {
  readonly cas: readonly CaPlan[];
  readonly certificates: readonly CertificatePlan[];
  /** Names of bare key pairs: the service-account signing key. */
  readonly keyPairs: readonly string[];
  /** Names of symmetric keys: those of the encryption configuration. */
  readonly randomKeys: readonly string[];
  readonly secrets: readonly SecretPlan[];
}

/** etcd users by the common name of their certificate. */
export const etcdUsers = {
  root: 'root',
  apiServer: 'kube-apiserver',
  backup: 'etcd-backup',
  health: 'etcd-health',
} as const;

const tenYears = 3650;
const oneYear = 365;
const renewBeforeDays = 60;

/** Plans the PKI of a cluster (design: Trust). */
export function planPki(blueprint: Blueprint, addresses: AddressPlan): PkiPlan {
  const members = blueprint.etcd.members.map((member) => {
    const address = addresses.etcdMembers[member.name];
    if (address === undefined) throw new Error(`no address planned for ${member.name}`);
    const dnsNames = [`${member.name}.${blueprint.names.domain}`];
    const common = { ca: 'etcd-ca', validityDays: oneYear, renewBeforeDays };
    const user = (name: string, commonName: string): CertificatePlan => ({
      ...common,
      name: `${member.name}-${name}`,
      commonName,
      extendedKeyUsages: ['clientAuth'],
      dnsNames: [],
      ipAddresses: [],
    });
    return {
      member: member.name,
      certificates: [
        {
          ...common,
          name: `${member.name}-server`,
          commonName: `${member.name}-server`,
          extendedKeyUsages: ['serverAuth', 'clientAuth'],
          dnsNames: [...dnsNames, 'localhost'],
          ipAddresses: [address, '127.0.0.1'],
        },
        {
          ...common,
          name: `${member.name}-peer`,
          commonName: 'etcd-peer',
          extendedKeyUsages: ['serverAuth', 'clientAuth'],
          dnsNames,
          ipAddresses: [address],
        },
        user('root', etcdUsers.root),
        user('backup', etcdUsers.backup),
        user('health', etcdUsers.health),
      ] satisfies CertificatePlan[],
    };
  });
  const controlPlane: readonly SecretReader[] = [{ role: 'control-plane' }];
  const encryptionKeys = blueprint.kubernetes.encryption.keys;
  const ca = (name: string, commonName: string): CaPlan => ({
    name,
    commonName,
    validityDays: tenYears,
  });
  return {
    cas: [
      ca('etcd-ca', 'etcd-ca'),
      ca('cluster-ca', 'kubernetes'),
      ca('front-proxy-ca', 'front-proxy-ca'),
    ],
    certificates: [
      ...members.flatMap(({ certificates }) => certificates),
      {
        name: 'etcd-client',
        ca: 'etcd-ca',
        commonName: etcdUsers.apiServer,
        extendedKeyUsages: ['clientAuth'],
        dnsNames: [],
        ipAddresses: [],
        validityDays: oneYear,
        renewBeforeDays,
      },
    ],
    keyPairs: ['service-account'],
    randomKeys: encryptionKeys.map((key) => `secrets-encryption-${key}`),
    secrets: [
      ...members.flatMap(({ member, certificates }): SecretPlan[] => [
        {
          parameter: `etcd/members/${member}/ca`,
          content: { kind: 'ca', name: 'etcd-ca', part: 'certificate' },
          readers: [{ role: 'etcd', member }],
        },
        ...certificates.map((certificate): SecretPlan => ({
          parameter: `etcd/members/${member}/${certificate.name.slice(member.length + 1)}`,
          content: { kind: 'certificate', name: certificate.name },
          readers: [{ role: 'etcd', member }],
        })),
      ]),
      {
        parameter: 'control-plane/etcd-ca',
        content: { kind: 'ca', name: 'etcd-ca', part: 'certificate' },
        readers: controlPlane,
      },
      {
        parameter: 'control-plane/etcd-client',
        content: { kind: 'certificate', name: 'etcd-client' },
        readers: controlPlane,
      },
      {
        parameter: 'control-plane/cluster-ca',
        content: { kind: 'ca', name: 'cluster-ca', part: 'both' },
        readers: controlPlane,
      },
      {
        parameter: 'control-plane/front-proxy-ca',
        content: { kind: 'ca', name: 'front-proxy-ca', part: 'both' },
        readers: controlPlane,
      },
      {
        parameter: 'control-plane/service-account',
        content: { kind: 'key-pair', name: 'service-account' },
        readers: controlPlane,
      },
      ...encryptionKeys.map((key): SecretPlan => ({
        parameter: `control-plane/secrets-encryption/${key}`,
        content: { kind: 'random-key', name: `secrets-encryption-${key}` },
        readers: controlPlane,
      })),
      {
        parameter: 'worker/cluster-ca',
        content: { kind: 'ca', name: 'cluster-ca', part: 'certificate' },
        readers: [{ role: 'worker' }],
      },
    ],
  };
}
