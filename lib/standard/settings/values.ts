/** Whether a value of a setting keeps what the documents ask for. */
export type Holds = (value: string) => boolean;

/** Never set: each value weakens something, or Kubernetes has removed the setting. */
export const never: Holds = () => false;

/** Off, in the words of Go's flag parsers. */
export const off: Holds = (value) => /^(false|0|f)$/i.test(value);

/** On, in the words of Go's flag parsers. */
export const on: Holds = (value) => /^(true|1|t)$/i.test(value);

/** A value that is not empty. */
export const given: Holds = (value) => value.trim() !== '';

/** Every value is as good as another. */
export const any: Holds = () => true;

/** A file by its whole path, without a step upwards. */
export const file: Holds = (value) => /^\/[^\s]+$/.test(value) && !value.includes('/../');

/** One of some words. */
export const oneOf =
  (...words: readonly string[]): Holds =>
  (value) =>
    words.includes(value);

/** A whole number within two bounds. */
export const between =
  (least: number, most: number): Holds =>
  (value) =>
    /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most;

/** A comma-separated list, none of it empty, whose items all hold. */
export const listOf =
  (item: Holds): Holds =>
  (value) =>
    value !== '' && value.split(',').every((word) => item(word.trim()));

/** Addresses with https alone. */
export const httpsUrls: Holds = listOf((url) => /^(https|unixs):\/\/\S+$/.test(url));

/** TLS 1.2 or 1.3, as Kubernetes writes them. */
export const modernTls: Holds = oneOf('VersionTLS12', 'VersionTLS13');

/**
 * Cipher suites with forward secrecy and authenticated encryption.
 *
 * @see https://www.bsi.bund.de/EN/Themen/Unternehmen-und-Organisationen/Standards-und-Zertifizierung/Technische-Richtlinien/TR-nach-Thema-sortiert/tr02102/tr02102_node.html
 */
export const modernCiphers: Holds = listOf((suite) =>
  /^TLS_(ECDHE_(ECDSA|RSA)_WITH_)?(AES_(128|256)_GCM_SHA(256|384)|CHACHA20_POLY1305(_SHA256)?)$/.test(
    suite,
  ),
);

/** The machine itself. */
export const loopback: Holds = (value) => /^(127(\.\d{1,3}){3}|::1|\[::1\]|localhost)$/.test(value);
