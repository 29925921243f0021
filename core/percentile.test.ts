import { expect, test } from 'vitest';
import { percentile } from './percentile.ts';

test.each([
  [[], 0.5, null],
  [[7], 0.95, 7],
  [[1, 2, 3, 4], 0.5, 2],
  [[1, 2, 3, 4, 5], 0.5, 3],
  [Array.from({ length: 100 }, (_, index) => index + 1), 0.95, 95],
  [[1, 2], 0.01, 1],
])('the percentile of %j at %d is %j', (values, share, expected) => {
  expect(percentile(values, share)).toBe(expected);
});
