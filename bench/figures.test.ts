import { expect, test } from 'vitest';
import { percentile, ratiosOf, spreadOf } from './figures.ts';

test('the median of an odd number of values is the middle one, whatever their order', () => {
  expect(spreadOf([30, 10, 20, 1_000, 15])).toEqual({ median: 20, least: 10, most: 1_000 });
});

test('the median of an even number lies between the two in the middle', () => {
  expect(spreadOf([4, 1, 3, 2]).median).toBe(2.5);
});

test('one value is its own median, and none has none', () => {
  expect(spreadOf([7])).toEqual({ median: 7, least: 7, most: 7 });
  expect(() => spreadOf([])).toThrow(RangeError);
});

test('a ratio belongs to its pair', () => {
  expect(ratiosOf([50, 90], [100, 100])).toEqual([0.5, 0.9]);
});

test('a percentile is a value that was seen', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(values, 0.99)).toBe(99);
  expect(percentile(values, 0.5)).toBe(50);
  expect(percentile([3], 0.99)).toBe(3);
  expect(percentile([], 0.99)).toBeNaN();
});
