import { measureText, truncateText, wrapLabel } from '../../lib/topology/measure-text';
import type { Font } from '../../lib/topology/shape';

const sans: Font = { size: 10, family: 'sans' };
const mono: Font = { size: 10, family: 'mono' };

test('measures letters by their width, and bold ones wider', () => {
  expect(measureText('10.0.0.0/16', mono)).toBeCloseTo(67.1);
  expect(measureText('mm', sans)).toBeCloseTo(20);
  expect(measureText('ii', sans)).toBeCloseTo(7);
  expect(measureText('mm', { ...sans, bold: true })).toBeCloseTo(22.4);
});

test('shortens only what does not fit, and what comes out fits', () => {
  expect(truncateText('pool-with-a-long-name', 200, sans)).toBe('pool-with-a-long-name');
  const short = truncateText('pool-with-a-long-name', 60, sans);
  expect(short).toMatch(/^pool-.*…$/);
  expect(measureText(short, sans)).toBeLessThanOrEqual(60);
  expect(truncateText('pool', 1, sans)).toBe('…');
});

test('wraps at spaces and breaks what has none', () => {
  expect(wrapLabel('aaaa bbbb cccc', 61, mono)).toEqual(['aaaa bbbb', 'cccc']);
  expect(wrapLabel('aaaaaaaaaaaa', 61, mono)).toEqual(['aaaaaaaaaa', 'aa']);
});
