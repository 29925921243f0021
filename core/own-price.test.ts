import { expect, test } from 'vitest';
import { type OwnPrice, priceAt, ratesOf } from './own-price.ts';
import { costOf } from './pricing.ts';

const price = (from_at: number, over: Partial<OwnPrice> = {}): OwnPrice => ({
  model: 'mine',
  from_at,
  input_nano_usd: 2_000_000_000,
  cached_nano_usd: 500_000_000,
  output_nano_usd: 8_000_000_000,
  batch_ppm: 400_000,
  ...over,
});

test('the latest price that has begun holds, whatever order they come in', () => {
  const prices = [price(200), price(100), price(300)];
  expect(priceAt(prices, 99)).toBeNull();
  expect(priceAt(prices, 100)?.from_at).toBe(100);
  expect(priceAt(prices, 299)?.from_at).toBe(200);
  expect(priceAt(prices, 1_000)?.from_at).toBe(300);
});

test('an answer of 1,000 tokens in, 400 of them cached, and 50 out, by hand', () => {
  const usage = { inputTokens: 1_000, cachedTokens: 400, cacheWriteTokens: 0, outputTokens: 50 };
  // 600 x $2 + 400 x $0.50 + 50 x $8, for a million tokens each: 1,800 millionths of a dollar; 40 % of it is paid.
  const cost = costOf({ ...usage, reasoningTokens: 0 }, ratesOf(price(0)));
  expect(cost).toEqual({ listNanoUsd: 1_800_000, paidNanoUsd: 720_000 });
});

test('what is written to a cache costs what input does', () => {
  const usage = { inputTokens: 10, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0 };
  const rates = ratesOf(price(0));
  expect(costOf({ ...usage, cacheWriteTokens: 10 }, rates)).toEqual(
    costOf({ ...usage, cacheWriteTokens: 0 }, rates),
  );
});
