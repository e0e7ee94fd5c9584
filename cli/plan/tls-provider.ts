import type { AllowedUse, Subject } from '../../lib/pki/issue-certificate';
import { generateKey } from '../../lib/pki/key';
import type { Properties } from './monitor';
import type { PkiStore } from './pki-store';

type Issue = (
  resource: string,
  inputs: Properties,
  store: PkiStore,
  now: Date,
) => Promise<Properties>;

/** What the TLS provider computes, by resource type: real keys and certificates. */
export const tlsProvider: Readonly<Record<string, Issue>> = {
  'tls:index/privateKey:PrivateKey': (resource, inputs, store) =>
    store.issue(resource, inputs, always, async () => ({ ...(await generateKey()) })),

  'tls:index/certRequest:CertRequest': (resource, inputs, store) =>
    store.issue(resource, inputs, always, async () => {
      const { createRequest } = await issuer();
      const certRequestPem = await createRequest({
        privateKeyPem: text(inputs, 'privateKeyPem'),
        subject: subjectOf(inputs),
        dnsNames: list(inputs, 'dnsNames'),
        ipAddresses: list(inputs, 'ipAddresses'),
      });
      return { certRequestPem };
    }),

  'tls:index/selfSignedCert:SelfSignedCert': (resource, inputs, store, now) =>
    store.issue(resource, inputs, currentAt(now, inputs), async () => {
      const { selfSign } = await issuer();
      const certPem = await selfSign({
        privateKeyPem: text(inputs, 'privateKeyPem'),
        subject: subjectOf(inputs),
        ...termsOf(inputs, now),
      });
      return { certPem, ...validityOf(inputs, now) };
    }),

  'tls:index/locallySignedCert:LocallySignedCert': (resource, inputs, store, now) =>
    store.issue(resource, inputs, currentAt(now, inputs), async () => {
      const { signRequest } = await issuer();
      const certPem = await signRequest({
        requestPem: text(inputs, 'certRequestPem'),
        caCertificatePem: text(inputs, 'caCertPem'),
        caKeyPem: text(inputs, 'caPrivateKeyPem'),
        ...termsOf(inputs, now),
      });
      return { certPem, ...validityOf(inputs, now) };
    }),
};

/** Loaded only when something must be issued: a plan with an earlier PKI folder never needs it. */
const issuer = () => import('../../lib/pki/issue-certificate.js');

const always = () => true;

function currentAt(now: Date, inputs: Properties) {
  const renewBefore = number(inputs, 'earlyRenewalHours') * hour;
  return (outputs: Properties) =>
    Date.parse(text(outputs, 'validityEndTime')) - renewBefore > now.getTime();
}

const hour = 3_600_000;

function validityOf(inputs: Properties, now: Date): Properties {
  const end = new Date(now.getTime() + number(inputs, 'validityPeriodHours') * hour);
  return { validityStartTime: now.toISOString(), validityEndTime: end.toISOString() };
}

function termsOf(inputs: Properties, now: Date) {
  return {
    allowedUses: list(inputs, 'allowedUses') as AllowedUse[],
    isCa: inputs.isCaCertificate === true,
    validityHours: number(inputs, 'validityPeriodHours'),
    notBefore: now,
  };
}

function subjectOf(inputs: Properties): Subject {
  const subject = (inputs.subject ?? {}) as Properties;
  const organization = subject.organization;
  return {
    commonName: text(subject, 'commonName'),
    organization: typeof organization === 'string' ? organization : undefined,
  };
}

function text(properties: Properties, key: string): string {
  const value = properties[key];
  if (typeof value !== 'string') throw new Error(`${key}: got ${typeof value}, expected text`);
  return value;
}

function number(properties: Properties, key: string): number {
  const value = properties[key] ?? 0;
  if (typeof value !== 'number') throw new Error(`${key}: got ${typeof value}, expected a number`);
  return value;
}

function list(properties: Properties, key: string): string[] {
  const value = properties[key] ?? [];
  if (!Array.isArray(value)) throw new Error(`${key}: got ${typeof value}, expected a list`);
  return value.map(String);
}
