import * as z from 'zod';
import { parseCidr } from './ipv4';
import { parseQuantity } from './quantity';
import { specialNetworkAround, specialNetworkOf } from './special-networks';
import { sshKeyProblem } from './ssh-key';

// Each `error` is the "expected ..." half of the message that a user reads.

/** Text that matches a pattern; `expected` is what a user reads when it is missing or malformed. */
export const text = (pattern: RegExp, expected: string) =>
  z.string({ error: expected }).regex(pattern, { error: expected });

/** Text in which `problemOf` finds nothing wrong; otherwise what it answers is what a user reads. */
export const textWithout = (problemOf: (value: string) => string | undefined, expected: string) =>
  z.string({ error: expected }).superRefine((value, context) => {
    const problem = problemOf(value);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

/** One line of text that says something: no control characters, not empty. */
export const line = (expected: string) => text(/^[^\p{Cc}]*[^\p{Cc}\s][^\p{Cc}]*$/u, expected);

/** List in which nothing stands twice. */
export const distinct = <T extends z.ZodType>(item: T, what: string) =>
  z.array(item).superRefine((list, context) => {
    list.forEach((value, index) => {
      if (list.indexOf(value) === index) return;
      context.addIssue({ code: 'custom', path: [index], message: `${what} not named before` });
    });
  });

const cidrForm = 'an IPv4 CIDR such as "10.0.0.0/16", with no bits set behind the prefix';

/** Network whose addresses machines, pods or Services can have. */
export const vpcNetwork = () =>
  textWithout((value) => {
    const network = parseCidr(value);
    if (network === undefined) return cidrForm;
    const special = specialNetworkOf(network);
    return special && `a network outside ${special.cidr} (${special.what}) such as "10.0.0.0/16"`;
  }, cidrForm);

/** Networks of clients, or of what is reached. */
export const cidrs = () =>
  distinct(
    textWithout((value) => {
      const network = parseCidr(value);
      if (network === undefined) return cidrForm;
      const special = specialNetworkAround(network);
      return special && `a network outside ${special.cidr} (${special.what})`;
    }, cidrForm),
    'a network',
  );

/** Name that fits AWS names, DNS labels and Kubernetes objects. */
export const label = (maximum = 63) =>
  text(
    new RegExp(`^[a-z]([-a-z0-9]{0,${maximum - 2}}[a-z0-9])?$`),
    `a lower-case name of at most ${maximum} letters, digits and hyphens, such as "team-a"`,
  );

/** Domain of a DNS firewall, with `*.` in front for every name below it. */
export const domain = () =>
  text(
    /^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$/,
    'a lower-case domain such as "example.com", or "*.example.com" for every name below it',
  );

/** Whole number within bounds, both included. */
export const count = (minimum: number, maximum: number) => {
  const error = `a whole number from ${minimum} to ${maximum}`;
  return z.int({ error }).min(minimum, { error }).max(maximum, { error });
};

/** CPU as a Kubernetes quantity: in thousandths, whole ones, or thousands of them. */
export const cpuQuantity = () =>
  textWithout((value) => {
    const cores = /^\d+(\.\d{1,3})?k?$|^\d+m$/.test(value) ? parseQuantity(value) : undefined;
    return cores !== undefined && cores >= 0.001 && cores <= 100_000 ? undefined : cpuExpected;
  }, cpuExpected);

const cpuExpected = 'CPU as a Kubernetes quantity from "1m" on such as "500m" or "2"';

/** Memory as a Kubernetes quantity. Less than a mebibyte is a slip: "512m" is half a byte. */
export const memoryQuantity = () =>
  textWithout((value) => {
    const bytes = parseQuantity(value);
    if (bytes !== undefined && bytes >= 2 ** 20 && bytes <= 2 ** 62) return undefined;
    const meant = /^(\d+)m$/.exec(value)?.[1];
    return `${memoryExpected}${meant === undefined ? '' : `; did you mean "${meant}Mi"?`}`;
  }, memoryExpected);

const memoryExpected = 'memory as a Kubernetes quantity from "1Mi" on such as "512Mi" or "4Gi"';

/** EC2 instance type. */
export const instanceType = () =>
  text(
    /^[a-z][a-z0-9-]*\.(nano|micro|small|medium|large|metal|\d*x?large|metal-\d+xl)$/,
    'an EC2 instance type such as "m7g.large"',
  ).describe(
    'EC2 instance type; of the architecture below. On amd64 the default is like it: m7i, or t3.',
  );

/** ARN of an IAM role. */
export const roleArn = () =>
  text(
    /^arn:aws[a-z-]*:iam::\d{12}:role\/([\x21-\x2e\x30-\x7e]{1,500}\/)*[\w+=,.@-]{1,64}$/,
    'the ARN of an IAM role such as "arn:aws:iam::123456789012:role/platform-admins"',
  );

/** Names of S3 buckets, each once. */
export const bucketNames = () =>
  z
    .array(
      text(
        /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
        'the name of an S3 bucket, 3 to 63 lower-case letters, digits, dots and hyphens',
      ),
    )
    .max(50, { error: 'at most 50 buckets' })
    .refine((list) => new Set(list).size === list.length, { error: 'names that are used once' })
    .default([]);

/** ARN of a KMS key. */
export const kmsKeyArn = () =>
  text(
    /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/(mrk-)?[0-9a-f-]{8,36}$/,
    'the ARN of a KMS key such as "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"',
  );

/** HTTPS address of a host with a name. */
export const httpsUrl = () =>
  textWithout((value) => {
    const form = /^https:\/\/([a-z0-9.-]+)(?::(\d+))?(\/[^\s?#\p{Cc}]*)?$/iu.exec(value);
    const [, host = '', port] = form ?? [];
    return form && hostForm.test(host.toLowerCase()) && isPort(port) ? undefined : httpsExpected;
  }, httpsExpected);

const httpsExpected = 'an HTTPS address such as "https://login.example.com"';
const hostForm = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/;
const isPort = (port: string | undefined) =>
  port === undefined || (Number(port) >= 1 && Number(port) <= 65_535);

/** Registry of images: a host, with a port or not, and a path or not. */
export const imageRegistry = () =>
  textWithout((value) => {
    const form = /^([a-z0-9.-]+)(?::(\d+))?((?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)$/.exec(
      value,
    );
    const [, host = '', port] = form ?? [];
    return form && hostForm.test(host) && isPort(port) ? undefined : registryExpected;
  }, registryExpected);

const registryExpected = 'a registry host, with a path or not, such as "ghcr.io/example"';

/** Id of a machine image. */
export const imageId = () =>
  text(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, 'the id of an image such as "ami-0123456789abcdef0"');

/** One line of an OpenSSH `authorized_keys` file, without options. */
export const sshPublicKey = () =>
  textWithout(sshKeyProblem, 'an OpenSSH public key such as "ssh-ed25519 AAAA... ada@example.com"');

/** Calendar day. */
export const day = () => z.string().refine(isDay, { error: 'a day such as "2027-03-31"' });

/** Whether text is a day of the calendar: 30 February is none. */
export function isDay(value: string): boolean {
  const time = Date.parse(`${value}T00:00:00Z`);
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(value) &&
    !Number.isNaN(time) &&
    new Date(time).toISOString().startsWith(value)
  );
}

/** Kubernetes label key, prefix allowed. */
export const labelKey = () =>
  text(
    /^(?=[^/]{1,253}\/|[^/]+$)([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/,
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
