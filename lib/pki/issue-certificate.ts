import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { readKeyPair } from './key';

/** Subject as `@pulumi/tls` names its fields. */
export interface Subject {
  readonly commonName: string;
  readonly organization?: string | undefined;
}

/** Uses as `@pulumi/tls` names them. */
export type AllowedUse =
  | 'cert_signing'
  | 'crl_signing'
  | 'digital_signature'
  | 'key_encipherment'
  | 'server_auth'
  | 'client_auth';

/** What every certificate has. */
export interface CertificateTerms {
  readonly allowedUses: readonly AllowedUse[];
  readonly isCa: boolean;
  readonly validityHours: number;
  /** Start of validity. */
  readonly notBefore: Date;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const engine = webcrypto;
const subjectAlternativeName = '2.5.29.17';

/** Makes a signing request. Addresses and names become subject alternative names. */
export async function createRequest(options: {
  readonly privateKeyPem: string;
  readonly subject: Subject;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}): Promise<string> {
  const names: JsonGeneralNames = [
    ...options.dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...options.ipAddresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  const request = await Pkcs10CertificateRequestGenerator.create(
    {
      name: nameOf(options.subject),
      keys: await readKeyPair(options.privateKeyPem),
      signingAlgorithm: algorithm,
      extensions: names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)],
    },
    engine,
  );
  const requestPem = pem(request.toString('pem'));
  parsed.set(requestPem, request);
  return requestPem;
}

/** Makes a certificate that signs itself. */
export async function selfSign(
  options: { readonly privateKeyPem: string; readonly subject: Subject } & CertificateTerms,
): Promise<string> {
  const keys = await readKeyPair(options.privateKeyPem);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: nameOf(options.subject),
      keys,
      signingAlgorithm: algorithm,
      ...validity(options),
      extensions: [
        ...usageExtensions(options),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, engine),
      ],
    },
    engine,
  );
  return pem(certificate.toString('pem'));
}

/** Signs a request with a CA; subject, key and alternative names are the request's. */
export async function signRequest(
  options: {
    readonly requestPem: string;
    readonly caCertificatePem: string;
    readonly caKeyPem: string;
  } & CertificateTerms,
): Promise<string> {
  const request = parse(options.requestPem, Pkcs10CertificateRequest);
  const ca = parse(options.caCertificatePem, X509Certificate);
  const names = request.getExtension(subjectAlternativeName);
  const certificate = await X509CertificateGenerator.create(
    {
      subject: request.subjectName,
      issuer: ca.subjectName,
      publicKey: request.publicKey,
      signingKey: (await readKeyPair(options.caKeyPem)).privateKey,
      signingAlgorithm: algorithm,
      ...validity(options),
      extensions: [
        ...usageExtensions(options),
        await AuthorityKeyIdentifierExtension.create(ca, false, engine),
        ...(names ? [names] : []),
      ],
    },
    engine,
  );
  return pem(certificate.toString('pem'));
}

function nameOf({ commonName, organization }: Subject): Name {
  return new Name([
    ...(organization === undefined ? [] : [{ O: [organization] }]),
    { CN: [commonName] },
  ]);
}

function validity({ notBefore, validityHours }: CertificateTerms) {
  return { notBefore, notAfter: new Date(notBefore.getTime() + validityHours * 3_600_000) };
}

// No flag of a set of flags is not a member of the enumeration.
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
const noUsage = 0 as KeyUsageFlags;

const keyUsageFlags: Partial<Record<AllowedUse, KeyUsageFlags>> = {
  cert_signing: KeyUsageFlags.keyCertSign,
  crl_signing: KeyUsageFlags.cRLSign,
  digital_signature: KeyUsageFlags.digitalSignature,
  key_encipherment: KeyUsageFlags.keyEncipherment,
};

const extendedKeyUsages: Partial<Record<AllowedUse, ExtendedKeyUsage>> = {
  server_auth: ExtendedKeyUsage.serverAuth,
  client_auth: ExtendedKeyUsage.clientAuth,
};

function usageExtensions({ allowedUses, isCa }: CertificateTerms): Extension[] {
  const flags = allowedUses
    .map((use) => keyUsageFlags[use] ?? noUsage)
    .reduce((sum, flag) => (sum | flag) as KeyUsageFlags, noUsage);
  const extended = allowedUses.flatMap((use) => extendedKeyUsages[use] ?? []);
  return [
    new BasicConstraintsExtension(isCa, undefined, true),
    new KeyUsagesExtension(flags, true),
    ...(extended.length === 0 ? [] : [new ExtendedKeyUsageExtension(extended, false)]),
  ];
}

/** Requests and CAs by their PEM: most are read again right after they were made. */
const parsed = new Map<string, Pkcs10CertificateRequest | X509Certificate>();

function parse<T extends Pkcs10CertificateRequest | X509Certificate>(
  text: string,
  type: new (text: string) => T,
): T {
  const known = parsed.get(text);
  if (known instanceof type) return known;
  const fresh = new type(text);
  parsed.set(text, fresh);
  return fresh;
}

/** PEM files end in a newline. */
function pem(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
