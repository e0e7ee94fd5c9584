import { randomBytes } from 'node:crypto';
import { createRequest, selfSign, signRequest } from '../../lib/pki/issue-certificate';
import { generateKey } from '../../lib/pki/key';
import type { PkiPlan, SecretPlan } from '../../lib/pki/pki-plan';

interface Identity {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate besides the planned ones, such as an intruder's. */
export interface ExtraCertificate {
  readonly ca: Identity;
  readonly commonName: string;
  readonly organization?: string;
  readonly uses?: readonly ('server_auth' | 'client_auth')[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  /** May lie in the past. @default now */
  readonly notBefore?: Date;
  /** @default 24 */
  readonly validityHours?: number;
}

/** Makes a self-signed CA. */
export async function makeCa(commonName: string, validityHours = 24): Promise<Identity> {
  const key = await generateKey();
  const certificate = await selfSign({
    privateKeyPem: key.privateKeyPem,
    subject: { commonName },
    allowedUses: ['cert_signing', 'crl_signing', 'digital_signature'],
    isCa: true,
    validityHours,
    notBefore: new Date(),
  });
  return { certificate, key: key.privateKeyPem };
}

/** Issues any certificate, for tests that need a wrong one. */
export async function issueCertificate(extra: ExtraCertificate): Promise<Identity> {
  const key = await generateKey();
  const requestPem = await createRequest({
    privateKeyPem: key.privateKeyPem,
    subject: { commonName: extra.commonName, organization: extra.organization },
    dnsNames: extra.dnsNames ?? [],
    ipAddresses: extra.ipAddresses ?? [],
  });
  const certificate = await signRequest({
    requestPem,
    caCertificatePem: extra.ca.certificate,
    caKeyPem: extra.ca.key,
    allowedUses: ['digital_signature', ...(extra.uses ?? ['client_auth'])],
    isCa: false,
    validityHours: extra.validityHours ?? 24,
    notBefore: extra.notBefore ?? new Date(),
  });
  return { certificate, key: key.privateKeyPem };
}

/** Everything a PKI plan asks for. */
export interface MaterializedPki {
  /** Text of each SSM parameter by its path below `/<cluster>/`. */
  readonly parameters: ReadonlyMap<string, string>;
  /** CAs with their keys, by name. */
  readonly cas: ReadonlyMap<string, Identity>;
}

/** Issues everything a plan asks for, with the issuer that the plan command uses. */
export async function materializePki(plan: PkiPlan, caHours?: number): Promise<MaterializedPki> {
  const cas = new Map<string, Identity>();
  for (const { name, commonName } of plan.cas) {
    cas.set(name, await makeCa(commonName, caHours));
  }
  const identities = new Map<string, Identity>();
  for (const certificate of plan.certificates) {
    const ca = cas.get(certificate.ca);
    if (!ca) throw new Error(`no CA ${certificate.ca}`);
    identities.set(
      certificate.name,
      await issueCertificate({
        ca,
        commonName: certificate.commonName,
        ...(certificate.organization === undefined
          ? {}
          : { organization: certificate.organization }),
        uses: certificate.extendedKeyUsages.map((use) =>
          use === 'serverAuth' ? 'server_auth' : 'client_auth',
        ),
        dnsNames: certificate.dnsNames,
        ipAddresses: certificate.ipAddresses,
      }),
    );
  }
  const parameters = new Map<string, string>();
  for (const { parameter, content } of plan.secrets) {
    parameters.set(parameter, await textOf(content, cas, identities));
  }
  return { parameters, cas };
}

async function textOf(
  content: SecretPlan['content'],
  cas: ReadonlyMap<string, Identity>,
  identities: ReadonlyMap<string, Identity>,
): Promise<string> {
  switch (content.kind) {
    case 'ca': {
      const { certificate, key } = cas.get(content.name) ?? { certificate: '', key: '' };
      return content.part === 'both' ? certificate + key : certificate;
    }
    case 'certificate': {
      const { certificate, key } = identities.get(content.name) ?? { certificate: '', key: '' };
      return certificate + key;
    }
    case 'key-pair': {
      const key = await generateKey();
      return key.publicKeyPem + key.privateKeyPem;
    }
    case 'random-key':
      return randomBytes(32).toString('base64');
  }
}
