import { X509Certificate } from 'node:crypto';
import type {
  CertificateFact,
  Facts,
  MachineFact,
  ManifestFact,
} from '../../lib/conformance/facts';
import { renderBundle } from '../../lib/machine/bundle';
import type { MachineConfig } from '../../lib/machine/machine-config';
import type { RegisteredResource } from './monitor';
import type { PlannedCluster } from './register-cluster';
import type { TranscribedResource } from './transcribe';

/** What the checks look at: the outcome of the plan, not the configuration it came from. */
export function collectPlanFacts(
  cluster: PlannedCluster,
  resources: readonly TranscribedResource[],
  userData: ReadonlyMap<string, string>,
): Facts {
  return {
    source: 'plan',
    kubernetesVersion: cluster.blueprint.kubernetes.version,
    today: cluster.blueprint.today,
    resources,
    machines: [...cluster.machines].sort(byName).map((machine): MachineFact => ({
      name: machine.name,
      role: machine.role,
      files: Object.fromEntries(
        renderBundle(machine).files.map(({ path, content, mode, owner }) => [
          path,
          { content, mode, owner },
        ]),
      ),
      userData: userData.get(machine.name) ?? '',
      artifacts: machine.artifacts.map(({ name, version }) => ({ name, version })),
    })),
    manifests: cluster.manifests.flatMap(({ objects }) => objects as readonly ManifestFact[]),
    certificates: collectCertificates(cluster.resources),
  };
}

const byName = (a: MachineConfig, b: MachineConfig) => (a.name < b.name ? -1 : 1);

/** Every certificate the TLS resources issued, without its key. */
export function collectCertificates(resources: readonly RegisteredResource[]): CertificateFact[] {
  const issued = resources.flatMap(({ name, type, computed }) => {
    const pem = computed.certPem;
    return type.startsWith('tls:index/') && typeof pem === 'string'
      ? [{ name, certificate: new X509Certificate(pem) }]
      : [];
  });
  const cas = issued.filter(({ certificate }) => certificate.ca);
  return issued.map(({ name, certificate }) => ({
    name,
    subject: subjectOf(certificate.subject),
    issuer: cas.find((each) => isIssuedBy(certificate, each.certificate))?.name ?? 'unknown',
    isCa: certificate.ca,
    extendedKeyUsages: usagesOf(certificate),
    dnsNames: alternativeNames(certificate, 'DNS:'),
    ipAddresses: alternativeNames(certificate, 'IP Address:'),
    validityDays: Math.round(
      (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000,
    ),
    keyAlgorithm: algorithmOf(certificate),
  }));
}

/** By name first, which is cheap, and then by signature, which is what counts. */
function isIssuedBy(certificate: X509Certificate, ca: X509Certificate): boolean {
  return certificate.checkIssued(ca) && certificate.verify(ca.publicKey);
}

function subjectOf(text: string): CertificateFact['subject'] {
  const fields = new Map(
    text.split('\n').map((line): [string, string] => {
      const [key = '', ...value] = line.split('=');
      return [key, value.join('=')];
    }),
  );
  const organization = fields.get('O');
  return {
    commonName: fields.get('CN') ?? '',
    ...(organization === undefined ? {} : { organization }),
  };
}

const extendedKeyUsages = new Map<string, 'serverAuth' | 'clientAuth'>([
  ['1.3.6.1.5.5.7.3.1', 'serverAuth'],
  ['1.3.6.1.5.5.7.3.2', 'clientAuth'],
]);

function usagesOf(certificate: X509Certificate): ('serverAuth' | 'clientAuth')[] {
  // Absent on a CA, whatever the types say.
  const oids = certificate.keyUsage as readonly string[] | undefined;
  return (oids ?? []).flatMap((oid) => extendedKeyUsages.get(oid) ?? []);
}

function alternativeNames(certificate: X509Certificate, prefix: string): string[] {
  return (certificate.subjectAltName ?? '')
    .split(', ')
    .flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
}

function algorithmOf({ publicKey }: X509Certificate): string {
  const details = publicKey.asymmetricKeyDetails;
  return publicKey.asymmetricKeyType === 'ec'
    ? `EC ${curveNames.get(details?.namedCurve ?? '') ?? details?.namedCurve ?? 'unknown'}`
    : `${(publicKey.asymmetricKeyType ?? 'unknown').toUpperCase()} ${details?.modulusLength ?? ''}`.trim();
}

const curveNames = new Map([
  ['prime256v1', 'P-256'],
  ['secp384r1', 'P-384'],
]);
