import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calibrate, learnRatio, ratioOf, uncalibrated } from './calibration.ts';

const seen = (inputTokens: number, over = {}) => ({
  estimatedTokens: 1_000,
  inputTokens,
  lines: 10,
  succeeded: 10,
  ...over,
});

test('the first batch is believed, later ones move the ratio', () => {
  const first = learnRatio(uncalibrated, seen(800));
  expect(first).toEqual({ permille: 800, batches: 1 });
  expect(learnRatio(first ?? uncalibrated, seen(900))).toEqual({ permille: 850, batches: 2 });
  expect(learnRatio({ permille: 800, batches: 50 }, seen(900))).toEqual({ permille: 830, batches: 51 });
});

test('rows without usage are taken to be like the others, if they are few', () => {
  expect(ratioOf(seen(720, { succeeded: 9 }))).toBeCloseTo(0.8);
  expect(ratioOf(seen(640, { succeeded: 8 }))).toBeNull();
});

test('nothing is learned from nothing', () => {
  expect(learnRatio(uncalibrated, seen(0))).toBeNull();
  expect(learnRatio(uncalibrated, seen(10, { lines: 0, succeeded: 0 }))).toBeNull();
  expect(learnRatio(uncalibrated, seen(10, { estimatedTokens: 0 }))).toBeNull();
});

test('a ratio stays within its bounds, and an estimate above zero', () => {
  const usages = fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(usages, fc.integer({ min: 0, max: 1e9 }), (inputs, tokens) => {
      let ratio = uncalibrated;
      for (const inputTokens of inputs) ratio = learnRatio(ratio, seen(inputTokens)) ?? ratio;
      expect(ratio.permille).toBeGreaterThanOrEqual(250);
      expect(ratio.permille).toBeLessThanOrEqual(4_000);
      expect(calibrate(tokens, ratio)).toBeGreaterThanOrEqual(Math.max(1, tokens / 4));
    }),
  );
});
