import * as z from 'zod';
import { architecture, count, distinct, instanceType, sshPublicKey } from '../values';

/** The one machine that people reach the others through. */
export const bastion = z.strictObject({
  access: z
    .enum(['ssh', 'session-manager', 'none'])
    .default('ssh')
    .describe('SSH on port 22, AWS Session Manager with no open port, or no bastion at all.'),
  authorizedKeys: distinct(sshPublicKey(), 'a key')
    .default([])
    .describe('OpenSSH public keys of the people who may log in.'),
  userCaKeys: distinct(sshPublicKey(), 'a key')
    .default([])
    .describe('Public keys of SSH certificate authorities whose user certificates are accepted.'),
  instanceType: instanceType().default('t4g.micro'),
  architecture: architecture().default('arm64'),
  sessionRetentionDays: count(1, 3653)
    .default(365)
    .describe('Days that recorded sessions are kept; a value CloudWatch Logs offers.'),
});
