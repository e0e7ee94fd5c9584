import * as z from 'zod';
import { parseCidr } from './ipv4';

// Each `error` is the "expected ..." half of the message that a user reads.

/** Text that matches a pattern; `expected` is what a user reads when it is missing or malformed. */
export const text = (pattern: RegExp, expected: string) =>
  z.string({ error: expected }).regex(pattern, { error: expected });

/** IPv4 network, host bits zero. */
export const cidr = () =>
  z.string({ error: cidrForm }).refine((value) => parseCidr(value) !== undefined, {
    error: cidrForm,
  });

const cidrForm = 'an IPv4 CIDR such as "10.0.0.0/16", with no bits set behind the prefix';

/** Addresses that clients come from. */
export const cidrs = () =>
  z.array(cidr()).superRefine((list, context) => {
    list.forEach((value, index) => {
      if (list.indexOf(value) === index) return;
      context.addIssue({ code: 'custom', path: [index], message: 'a network not named before' });
    });
  });

/** Name that fits AWS names, DNS labels and Kubernetes objects. */
export const label = (maximum = 63) =>
  text(
    new RegExp(`^[a-z]([-a-z0-9]{0,${maximum - 2}}[a-z0-9])?$`),
    `a lower-case name of at most ${maximum} letters, digits and hyphens, such as "team-a"`,
  );

/** Whole number within bounds, both included. */
export const count = (minimum: number, maximum: number) => {
  const error = `a whole number from ${minimum} to ${maximum}`;
  return z.int({ error }).min(minimum, { error }).max(maximum, { error });
};

/** Kubernetes resource quantity. */
export const quantity = () =>
  text(/^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, 'a Kubernetes quantity such as "500m" or "4Gi"');

/** EC2 instance type. */
export const instanceType = () =>
  text(
    /^[a-z][a-z0-9-]*\.(nano|micro|small|medium|large|metal|\d*x?large|metal-\d+xl)$/,
    'an EC2 instance type such as "m7g.large"',
  ).describe('EC2 instance type; of the architecture below.');

/** ARN of an IAM role. */
export const roleArn = () =>
  text(
    /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
    'the ARN of an IAM role such as "arn:aws:iam::123456789012:role/platform-admins"',
  );

/** ARN of a KMS key. */
export const kmsKeyArn = () =>
  text(
    /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[0-9a-f-]+$/,
    'the ARN of a KMS key such as "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-..."',
  );

/** HTTPS address. */
export const httpsUrl = () =>
  text(
    /^https:\/\/[a-z0-9.-]+(:\d+)?(\/[^\s?#]*)?$/i,
    'an HTTPS address such as "https://login.example.com"',
  );

/** One line of an OpenSSH `authorized_keys` file, without options. */
export const sshPublicKey = () =>
  text(
    /^(ssh-ed25519|sk-ssh-ed25519@openssh\.com|ecdsa-sha2-nistp(256|384|521)|ssh-rsa) [A-Za-z0-9+/]{60,}={0,3}( [^\n]*)?$/,
    'an OpenSSH public key such as "ssh-ed25519 AAAA... ada@example.com"',
  );

/** Calendar day. */
export const day = () =>
  z
    .string()
    .refine(
      (value) =>
        /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(`${value}T00:00:00Z`)),
      {
        error: 'a day such as "2027-03-31"',
      },
    );

/** Kubernetes label key, prefix allowed. */
export const labelKey = () =>
  text(
    /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/,
    'a Kubernetes label key such as "example.com/team"',
  );

/** Kubernetes label value. */
export const labelValue = () =>
  text(
    /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/,
    'a Kubernetes label value of at most 63 letters, digits, "-", "_" and "."',
  );

/** Checksum of a release artifact as its publisher gives it. */
export const checksum = () =>
  text(
    /^([0-9a-f]{64}|sha512:[0-9a-f]{128})$/,
    'a SHA-256 of 64 hexadecimal digits, or "sha512:" and 128 of them',
  );

export const architecture = () =>
  z.enum(['amd64', 'arm64']).describe('CPU architecture of the machines.');
