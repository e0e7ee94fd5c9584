import type { Clause } from '../clause';
import { at } from '../documents';

const source = at('robustness', 'Certificate rotation');

/** Rotation of certificates. */
export const certificateClauses: readonly Clause[] = [
  {
    id: 'scs-0215/certificates/rotated',
    source,
    level: 'MUST',
    statement: 'Certificates are rotated regularly, so that none expires in use.',
    checks: ['certificates/at-most-a-year', 'kubelet/rotate-certificates'],
  },
  {
    id: 'scs-0215/certificates/yearly',
    source,
    level: 'MUST',
    statement: 'They are rotated at least once a year (the document says REQUIRE).',
    checks: ['certificates/at-most-a-year'],
  },
  {
    id: 'scs-0215/certificates/server-tls-bootstrap',
    source,
    level: 'MUST',
    statement: 'serverTLSBootstrap is set in the kubelet configuration.',
    checks: ['kubelet/server-tls-bootstrap'],
  },
  {
    id: 'scs-0215/certificates/rotate-certificates',
    source,
    level: 'MUST',
    statement: 'rotateCertificates is set in the kubelet configuration.',
    checks: ['kubelet/rotate-certificates'],
  },
  {
    id: 'scs-0215/certificates/request-approval',
    source,
    level: 'MUST',
    statement: 'Certificate signing requests are approved, by hand or by a controller.',
    checks: ['certificates/approver'],
  },
  {
    id: 'scs-0215/certificates/ca-renewal',
    source,
    level: 'RECOMMENDED',
    statement: 'Certificate authorities are renewed in good time.',
    checks: ['certificates/ca-lifetime'],
  },
];
