import { memberAddressToken } from '../../../lib/etcd/tier-directory';

/** A line that names the address of an etcd member, once for each member: what boot does. */
export function repeatForMembers(text: string, addresses: readonly string[]): string {
  return text
    .split('\n')
    .flatMap((line) =>
      line.includes(memberAddressToken)
        ? addresses.map((address) => line.replaceAll(memberAddressToken, address))
        : [line],
    )
    .join('\n');
}
