import { createHash } from 'node:crypto';
import { renderUserData } from '../../machine/user-data';
import type { MachineFact } from '../facts';
import { memoize } from '../readers/memoize';

/** Checksum of what a bastion with a stable address runs besides; a test compares it with the stack. */
export const takeAddressChecksum =
  '8c8bbc2a263254c5607c0c7fc02050f9c5a109db881c8e26e273371375b11fe8';

/** User-data that does more, or less, than fetch, verify and start the bundle of this version. */
export const unreadUserData = memoize((machine: MachineFact): readonly string[] => {
  const model = withoutValues(
    renderUserData(machine, {
      cluster: 'c',
      region: 'eu-central-1',
      accountId: '123456789012',
      bucket: 'b',
      bundleKey: 'k',
      bundleSha256: '0'.repeat(64),
    }),
  );
  const found = withoutValues(machine.userData);
  const tail = found.startsWith(model) ? found.slice(model.length) : undefined;
  return tail === '' || (tail !== undefined && checksumOfTail(tail) === takeAddressChecksum)
    ? []
    : [`${machine.name}: user-data does not boot the machine as this version ships it`];
});

/** Checksum of the end of a bastion's user-data, whichever address it takes. */
export function checksumOfTail(tail: string): string {
  return createHash('sha256')
    .update(tail.replaceAll(/(AllocationId=|took address )[A-Za-z0-9-]+/g, '$1'))
    .digest('hex');
}

/** User-data without the variables of the machine, which are plain words. */
function withoutValues(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^HC_[A-Z0-9_]+=[A-Za-z0-9._/:@-]*$/.test(line))
    .join('\n');
}
