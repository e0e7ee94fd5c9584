import { z } from 'zod';
import { parseCidr } from './ipv4';

// Each `error` is the "expected ..." half of the message that a user reads.

/** IPv4 network, host bits zero. */
export const cidr = () =>
  z.string().refine((text) => parseCidr(text) !== undefined, {
    error: 'an IPv4 CIDR such as "10.0.0.0/16", with no bits set behind the prefix',
  });

/** Addresses that clients come from. */
export const cidrs = () => z.array(cidr());

/** Name that fits AWS names, DNS labels and Kubernetes objects. */
export const label = (maximum = 63) =>
  z.string().regex(new RegExp(`^[a-z]([-a-z0-9]{0,${maximum - 2}}[a-z0-9])?$`), {
    error: `a lower-case name of at most ${maximum} letters, digits and hyphens, such as "team-a"`,
  });

/** Whole number within bounds, both included. */
export const count = (minimum: number, maximum: number) => {
  const error = `a whole number from ${minimum} to ${maximum}`;
  return z.int({ error }).min(minimum, { error }).max(maximum, { error });
};

/** Kubernetes resource quantity. */
export const quantity = () =>
  z.string().regex(/^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, {
    error: 'a Kubernetes quantity such as "500m" or "4Gi"',
  });

/** EC2 instance type. */
export const instanceType = () =>
  z
    .string()
    .regex(/^[a-z][a-z0-9-]*\.(nano|micro|small|medium|large|metal|\d*x?large|metal-\d+xl)$/, {
      error: 'an EC2 instance type such as "m7g.large"',
    });

/** ARN of an IAM role. */
export const roleArn = () =>
  z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, {
    error: 'the ARN of an IAM role such as "arn:aws:iam::123456789012:role/platform-admins"',
  });

/** ARN of a KMS key. */
export const kmsKeyArn = () =>
  z.string().regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[0-9a-f-]+$/, {
    error: 'the ARN of a KMS key such as "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-..."',
  });

/** HTTPS address. */
export const httpsUrl = () =>
  z.string().regex(/^https:\/\/[a-z0-9.-]+(:\d+)?(\/[^\s?#]*)?$/i, {
    error: 'an HTTPS address such as "https://login.example.com"',
  });

/** One line of an OpenSSH `authorized_keys` file, without options. */
export const sshPublicKey = () =>
  z
    .string()
    .regex(
      /^(ssh-ed25519|sk-ssh-ed25519@openssh\.com|ecdsa-sha2-nistp(256|384|521)|ssh-rsa) [A-Za-z0-9+/]{60,}={0,3}( [^\n]*)?$/,
      { error: 'an OpenSSH public key such as "ssh-ed25519 AAAA... ada@example.com"' },
    );

/** Calendar day. */
export const day = () =>
  z
    .string()
    .refine(
      (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)),
      {
        error: 'a day such as "2027-03-31"',
      },
    );

/** Kubernetes label key, prefix allowed. */
export const labelKey = () =>
  z
    .string()
    .regex(/^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/, {
      error: 'a Kubernetes label key such as "example.com/team"',
    });

/** Kubernetes label value. */
export const labelValue = () =>
  z.string().regex(/^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/, {
    error: 'a Kubernetes label value of at most 63 letters, digits, "-", "_" and "."',
  });

/** Checksum of a release artifact as its publisher gives it. */
export const checksum = () =>
  z.string().regex(/^([0-9a-f]{64}|sha512:[0-9a-f]{128})$/, {
    error: 'a SHA-256 of 64 hexadecimal digits, or "sha512:" and 128 of them',
  });

export const architecture = () => z.enum(['amd64', 'arm64']);
