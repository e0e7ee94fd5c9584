import { describe, expect, test } from '@jest/globals';
import { between, file, given, on, oneOf } from '../../lib/standard/settings/values';

describe('what a flag may be', () => {
  test.each([
    ['/etc/kubernetes/pki/ca.crt', true],
    ['/a', true],
    ['/', false],
    ['', false],
    ['etc/ca.crt', false],
    ['/etc/../ca.crt', false],
    ['/etc/my ca.crt', false],
    ['/etc/ca.crt\n', false],
  ])('a file: %j is %s', (value, holds) => {
    expect(file(value)).toBe(holds);
  });

  test.each([
    ['true', true],
    ['T', true],
    ['1', true],
    ['yes', false],
    ['10', false],
    ['false', false],
    ['', false],
  ])('on: %j is %s', (value, holds) => {
    expect(on(value)).toBe(holds);
  });

  test.each([
    ['1', false],
    ['2', true],
    ['9', true],
    ['10', false],
    ['2.5', false],
    ['0x3', false],
    ['', false],
    [' ', false],
  ])('between 2 and 9: %j is %s', (value, holds) => {
    expect(between(2, 9)(value)).toBe(holds);
  });

  test('given is not blank, and a word is one of the list as it is written', () => {
    expect([given('x'), given(' '), given('')]).toEqual([true, false, false]);
    expect([oneOf('a', 'b')('b'), oneOf('a', 'b')('B'), oneOf('a', 'b')('')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
