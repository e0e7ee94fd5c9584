import { X509Certificate } from 'node:crypto';
import { issueCertificate, makeCa } from '../support/pki';

describe('issueCertificate', () => {
  it('issues a certificate that its CA verifies, with the names and uses asked for', async () => {
    const ca = await makeCa('etcd-ca');
    const { certificate } = await issueCertificate({
      ca,
      commonName: 'etcd-0-server',
      uses: ['server_auth', 'client_auth'],
      dnsNames: ['etcd-0.prod.internal'],
      ipAddresses: ['10.0.28.4'],
    });
    const parsed = new X509Certificate(certificate);
    const issuer = new X509Certificate(ca.certificate);
    expect(parsed.verify(issuer.publicKey)).toBe(true);
    expect(parsed.checkIssued(issuer)).toBe(true);
    expect(parsed.subject).toBe('CN=etcd-0-server');
    expect(parsed.subjectAltName).toBe('DNS:etcd-0.prod.internal, IP Address:10.0.28.4');
    expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(parsed.ca).toBe(false);
    expect(issuer.ca).toBe(true);
  });

  it('is refused by another CA of the same name', async () => {
    const [ours, theirs] = await Promise.all([makeCa('etcd-ca'), makeCa('etcd-ca')]);
    const { certificate } = await issueCertificate({ ca: theirs, commonName: 'root' });
    expect(
      new X509Certificate(certificate).verify(new X509Certificate(ours.certificate).publicKey),
    ).toBe(false);
  });
});
