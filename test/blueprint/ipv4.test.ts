import { expect, test } from '@jest/globals';
import { parseCidr, parseNetwork, renderCidr } from '../../lib/blueprint/ipv4';
import { isWithin } from '../../lib/conformance/readers/networks';

test.each([
  ['10.0.0.0/16', '10.0.0.0/16'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['255.255.255.255/32', '255.255.255.255/32'],
  ['10.1.2.3/8', '10.0.0.0/8'],
  ['192.0.2.7', '192.0.2.7/32'],
])('reads %s as %s', (text, network) => {
  const parsed = parseNetwork(text);
  expect(parsed && renderCidr(parsed)).toBe(network);
});

test.each([
  '999.1.1.1/40',
  '256.0.0.0/8',
  '10.0.0.0/33',
  '10.0.0/8',
  '010.0.0.0/8',
  '10.0.0.0/08',
  '10.0.0.0/',
  ' 10.0.0.0/8',
  '10.0.0.0/8\n',
  '::/0',
])('fails on %j', (text) => {
  expect([parseNetwork(text), parseCidr(text)]).toEqual([undefined, undefined]);
  expect(isWithin(text, '0.0.0.0/0')).toBe(false);
});

test('takes no bits behind the prefix in a configuration', () => {
  expect([parseCidr('10.1.2.3/8'), parseCidr('10.0.0.0')]).toEqual([undefined, undefined]);
});
