const expected = 'an OpenSSH public key such as "ssh-ed25519 AAAA... ada@example.com"';

const form =
  /^(ssh-ed25519|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com|ecdsa-sha2-nistp(?:256|384|521)|ssh-rsa) ([A-Za-z0-9+/]{60,}={0,3})( [^\p{Cc}]*)?$/u;

/**
 * What is wrong with one line of `authorized_keys` without options; undefined when nothing is. The
 * encoded part begins with the length and the name of its type.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4253#section-6.6
 */
export function sshKeyProblem(line: string): string | undefined {
  const match = form.exec(line);
  if (!match) return expected;
  const [, type = '', base64 = ''] = match;
  const blob = Buffer.from(base64, 'base64');
  const encodedType = blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1');
  const another = /^(ssh|ecdsa|sk)-/.test(encodedType) && encodedType !== type;
  return another ? `${expected}, whole and unchanged` : undefined;
}
