import { expect, test } from 'vitest';
import { isUnusuallyLong, p95 } from './usual-time.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test('says nothing below twenty samples', () => {
  expect(p95(upTo(19))).toBeNull();
  expect(isUnusuallyLong(Number.MAX_SAFE_INTEGER, null)).toBe(false);
});

test('takes the nearest rank, in whatever order samples come', () => {
  expect(p95(upTo(20))).toBe(19);
  expect(p95(upTo(100).reverse())).toBe(95);
});

test('flags what stands longer than three times as long', () => {
  expect([isUnusuallyLong(300, 100), isUnusuallyLong(301, 100)]).toEqual([false, true]);
});
