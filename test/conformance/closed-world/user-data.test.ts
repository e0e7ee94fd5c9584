import { expect, test } from '@jest/globals';
import {
  checksumOfTail,
  takeAddressChecksum,
} from '../../../lib/conformance/closed-world/user-data';
import { renderTakeAddress } from '../../../stacks/machines/take-address';

test('the checksum of what a bastion appends to its user-data is that of the stack', () => {
  expect(checksumOfTail(renderTakeAddress('eipalloc-0123'))).toBe(takeAddressChecksum);
});
