import { X509Certificate } from 'node:crypto';
import { issueCertificate, makeAuthority } from '../support/pki';

describe('issueCertificate', () => {
  it('issues a certificate that its authority verifies, with the names and uses asked for', async () => {
    const authority = await makeAuthority('etcd-ca');
    const { certificate } = await issueCertificate({
      authority,
      commonName: 'etcd-0-server',
      uses: ['server_auth', 'client_auth'],
      dnsNames: ['etcd-0.prod.internal'],
      ipAddresses: ['10.0.28.4'],
    });
    const parsed = new X509Certificate(certificate);
    const issuer = new X509Certificate(authority.certificate);
    expect(parsed.verify(issuer.publicKey)).toBe(true);
    expect(parsed.checkIssued(issuer)).toBe(true);
    expect(parsed.subject).toBe('CN=etcd-0-server');
    expect(parsed.subjectAltName).toBe('DNS:etcd-0.prod.internal, IP Address:10.0.28.4');
    expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(parsed.ca).toBe(false);
    expect(issuer.ca).toBe(true);
  });

  it('is refused by another authority of the same name', async () => {
    const [ours, theirs] = await Promise.all([makeAuthority('etcd-ca'), makeAuthority('etcd-ca')]);
    const { certificate } = await issueCertificate({ authority: theirs, commonName: 'root' });
    expect(
      new X509Certificate(certificate).verify(new X509Certificate(ours.certificate).publicKey),
    ).toBe(false);
  });
});
