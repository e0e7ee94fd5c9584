import { main } from '@pulumi/pulumi/provider';
import {
  createRequest,
  selfSign,
  signRequest,
  type AllowedUse,
} from '../../../lib/pki/issue-certificate';
import { generateKey } from '../../../lib/pki/key';
import { fakeProvider } from './fake-provider-server';
import { wireSecret, type WireProperties } from './fake-provider-values';

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const texts = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);

function subject(inputs: WireProperties) {
  const { commonName, organization } = inputs.subject as Record<string, string | undefined>;
  return { commonName: text(commonName), organization };
}

const terms = (inputs: WireProperties) => ({
  allowedUses: texts(inputs.allowedUses) as AllowedUse[],
  isCa: inputs.isCaCertificate === true,
  validityHours: Number(inputs.validityPeriodHours),
  notBefore: new Date(),
});

const computed: Readonly<
  Record<string, (inputs: WireProperties) => WireProperties | Promise<WireProperties>>
> = {
  'tls:index/privateKey:PrivateKey': async () => {
    const key = await generateKey();
    return {
      privateKeyPem: wireSecret(key.privateKeyPem),
      privateKeyPemPkcs8: wireSecret(key.privateKeyPemPkcs8),
      publicKeyPem: key.publicKeyPem,
    };
  },
  'tls:index/certRequest:CertRequest': async (inputs) => ({
    certRequestPem: await createRequest({
      privateKeyPem: text(inputs.privateKeyPem),
      subject: subject(inputs),
      dnsNames: texts(inputs.dnsNames),
      ipAddresses: texts(inputs.ipAddresses),
    }),
  }),
  'tls:index/selfSignedCert:SelfSignedCert': async (inputs) => ({
    certPem: await selfSign({
      privateKeyPem: text(inputs.privateKeyPem),
      subject: subject(inputs),
      ...terms(inputs),
    }),
  }),
  'tls:index/locallySignedCert:LocallySignedCert': async (inputs) => ({
    certPem: await signRequest({
      requestPem: text(inputs.certRequestPem),
      caCertificatePem: text(inputs.caCertPem),
      caKeyPem: text(inputs.caPrivateKeyPem),
      ...terms(inputs),
    }),
  }),
};

void main(
  fakeProvider({
    version: '5.6.1',
    compute: (type, inputs) => {
      const compute = computed[type];
      if (!compute) throw new Error(`no answer for ${type}`);
      return compute(inputs);
    },
    replaces: () => 'all',
  }),
  process.argv.slice(2),
);
