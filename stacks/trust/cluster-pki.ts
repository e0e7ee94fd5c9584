import * as pulumi from '@pulumi/pulumi';
import { CertRequest } from '@pulumi/tls/certRequest';
import { LocallySignedCert } from '@pulumi/tls/locallySignedCert';
import { PrivateKey } from '@pulumi/tls/privateKey';
import { SelfSignedCert } from '@pulumi/tls/selfSignedCert';
import type { Problem } from '../../lib/blueprint/problem';
import type { CaPlan, CertificatePlan, PkiPlan, SecretPlan } from '../../lib/pki/pki-plan';
import { ArgumentsError, componentType, validateArgs } from '../component-args';
import { deriveKey } from './derive-key';
import { problemsOfCa } from './existing-ca';

/** A CA that exists already. */
export interface ExistingCa {
  /** Its certificate, PEM. */
  readonly certificatePem: pulumi.Input<string>;
  /** Its private key, PEM; kept as a secret whatever comes. */
  readonly privateKeyPem: pulumi.Input<string>;
}

/** Arguments of {@link ClusterPki}. */
export interface ClusterPkiArgs {
  /** CAs, certificates and keys to make. */
  readonly plan: PkiPlan;
  /** Name of the cluster; goes into the derivation of symmetric keys. */
  readonly cluster: string;
  /** CAs that exist already, by their names in the plan, such as `etcd-ca`. @default each is made */
  readonly existing?: Readonly<Record<string, ExistingCa>>;
}

interface Identity {
  readonly certificatePem: pulumi.Output<string>;
  readonly privateKeyPem: pulumi.Output<string>;
}

/** Days before the end of a CA at which `pulumi up` issues a new one. */
const caRenewalDays = 365;

const usages = {
  serverAuth: 'server_auth',
  clientAuth: 'client_auth',
} as const satisfies Record<CertificatePlan['extendedKeyUsages'][number], string>;

/**
 * Every CA, certificate and key of a cluster. Private keys are secrets of the Pulumi state;
 * those of CAs that no machine needs never leave it.
 */
export class ClusterPki extends pulumi.ComponentResource {
  private readonly cas: ReadonlyMap<string, Identity>;
  private readonly certificates: ReadonlyMap<string, Identity>;
  private readonly keyPairs: ReadonlyMap<string, PrivateKey>;
  private readonly randomKeys: ReadonlyMap<string, pulumi.Output<string>>;

  constructor(name: string, args: ClusterPkiArgs, opts?: pulumi.ComponentResourceOptions) {
    validateArgs('ClusterPki', problemsOf(args));
    super(componentType('ClusterPki'), name, {}, opts);
    const { plan, cluster } = args;
    this.cas = new Map(
      plan.cas.map((ca) => {
        const given = args.existing?.[ca.name];
        return [ca.name, given ? fittingCa(ca.name, given) : this.ca(name, ca)];
      }),
    );
    this.certificates = new Map(plan.certificates.map((c) => [c.name, this.certificate(name, c)]));
    this.keyPairs = new Map(plan.keyPairs.map((key) => [key, this.key(`${name}-${key}`)]));
    this.randomKeys = new Map(
      plan.randomKeys.map((key) => [key, this.randomKey(`${name}-${key}`, `${cluster}/${key}`)]),
    );
    this.registerOutputs({});
  }

  /** Certificate of a CA: public. */
  caCertificate(name: string): pulumi.Output<string> {
    return find(this.cas, name).certificatePem;
  }

  /** Public half of a key pair. */
  publicKey(name: string): pulumi.Output<string> {
    return find(this.keyPairs, name).publicKeyPem;
  }

  /** What one SSM parameter holds; always a secret. */
  secret({ content }: SecretPlan): pulumi.Output<string> {
    switch (content.kind) {
      case 'ca': {
        const ca = find(this.cas, content.name);
        return pulumi.secret(content.part === 'both' ? joined(ca) : ca.certificatePem);
      }
      case 'certificate':
        return pulumi.secret(joined(find(this.certificates, content.name)));
      case 'key-pair':
        return pulumi.secret(find(this.keyPairs, content.name).privateKeyPem);
      case 'random-key':
        return pulumi.secret(find(this.randomKeys, content.name));
    }
  }

  private key(name: string): PrivateKey {
    return new PrivateKey(name, { algorithm: 'ECDSA', ecdsaCurve: 'P256' }, { parent: this });
  }

  private ca(name: string, plan: CaPlan): Identity {
    const caName = `${name}-${plan.name}`;
    const key = this.key(caName);
    const certificate = new SelfSignedCert(
      caName,
      {
        privateKeyPem: key.privateKeyPem,
        isCaCertificate: true,
        setSubjectKeyId: true,
        subject: { commonName: plan.commonName },
        allowedUses: ['cert_signing', 'crl_signing', 'digital_signature'],
        validityPeriodHours: plan.validityDays * 24,
        earlyRenewalHours: caRenewalDays * 24,
      },
      { parent: this },
    );
    return { certificatePem: certificate.certPem, privateKeyPem: key.privateKeyPem };
  }

  private certificate(name: string, plan: CertificatePlan): Identity {
    const certificateName = `${name}-${plan.name}`;
    const ca = find(this.cas, plan.ca);
    const key = this.key(certificateName);
    const request = new CertRequest(
      certificateName,
      {
        privateKeyPem: key.privateKeyPem,
        subject: {
          commonName: plan.commonName,
          ...(plan.organization === undefined ? {} : { organization: plan.organization }),
        },
        ...(plan.dnsNames.length === 0 ? {} : { dnsNames: [...plan.dnsNames] }),
        ...(plan.ipAddresses.length === 0 ? {} : { ipAddresses: [...plan.ipAddresses] }),
      },
      { parent: this },
    );
    const certificate = new LocallySignedCert(
      certificateName,
      {
        certRequestPem: request.certRequestPem,
        caPrivateKeyPem: ca.privateKeyPem,
        caCertPem: ca.certificatePem,
        isCaCertificate: false,
        allowedUses: ['digital_signature', ...plan.extendedKeyUsages.map((use) => usages[use])],
        validityPeriodHours: plan.validityDays * 24,
        earlyRenewalHours: plan.renewBeforeDays * 24,
      },
      { parent: this },
    );
    return { certificatePem: certificate.certPem, privateKeyPem: key.privateKeyPem };
  }

  private randomKey(name: string, purpose: string): pulumi.Output<string> {
    return pulumi.secret(this.key(name).privateKeyPem.apply((pem) => deriveKey(pem, purpose)));
  }
}

/** Nothing is signed by a CA that is none, or whose key is another's. */
function fittingCa(name: string, given: ExistingCa): Identity {
  const pair = pulumi
    .all([given.certificatePem, pulumi.secret(given.privateKeyPem)])
    .apply(([certificatePem, privateKeyPem]) => {
      const problems = problemsOfCa(`existing.${name}`, { certificatePem, privateKeyPem });
      if (problems.length > 0) throw new ArgumentsError('ClusterPki', problems);
      return { certificatePem, privateKeyPem };
    });
  // The certificate is public; only the pair is a secret.
  return {
    certificatePem: pulumi.unsecret(pair.certificatePem),
    privateKeyPem: pair.privateKeyPem,
  };
}

const joined = ({ certificatePem, privateKeyPem }: Identity) =>
  pulumi
    .all([certificatePem, privateKeyPem])
    .apply(([certificate, key]) => `${certificate.trimEnd()}\n${key.trimEnd()}\n`);

function find<T>(items: ReadonlyMap<string, T>, name: string): T {
  const item = items.get(name);
  if (item === undefined) throw new Error(`the PKI plan has no ${name}`);
  return item;
}

function problemsOf({ plan, existing = {} }: ClusterPkiArgs): Problem[] {
  const names = {
    ca: plan.cas.map(({ name }) => name),
    certificate: plan.certificates.map(({ name }) => name),
    'key-pair': plan.keyPairs,
    'random-key': plan.randomKeys,
  };
  // All become names of resources below one component.
  const all = Object.values(names).flat();
  return [
    ...Object.keys(existing)
      .filter((ca) => !names.ca.includes(ca))
      .map((ca) => ({ path: 'existing', got: ca, expected: names.ca.join(' or ') })),
    ...all.flatMap((name, index) =>
      all.indexOf(name) === index
        ? []
        : [{ path: 'plan', got: name, expected: 'names that are used once' }],
    ),
    ...plan.certificates.flatMap(({ name, ca, validityDays, renewBeforeDays }) => [
      ...(names.ca.includes(ca)
        ? []
        : [{ path: `${name}.ca`, got: ca, expected: 'a CA of the plan' }]),
      ...(renewBeforeDays > 0 && renewBeforeDays < validityDays
        ? []
        : [
            {
              path: `${name}.renewBeforeDays`,
              got: renewBeforeDays,
              expected: `days from 1 to ${validityDays - 1}`,
            },
          ]),
    ]),
    ...plan.secrets.flatMap(({ parameter, content }) =>
      names[content.kind].includes(content.name)
        ? []
        : [{ path: parameter, got: content, expected: `a ${content.kind} of the plan` }],
    ),
  ];
}
