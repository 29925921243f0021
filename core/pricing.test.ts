import { calcPrice } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { batchFactor, costOf, formatUsd, lookUpRates, type ModelRates, type Usage } from './pricing.ts';

/** Some prices carry the day they begin: the library reads the clock, so it stands at the day of the vectors. */
beforeAll(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 9, 4), toFake: ['Date'] });
});
afterAll(() => {
  vi.useRealTimers();
});

const million = 1_000_000;
const nothing: Usage = {
  inputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};
const use = (some: Partial<Usage>): Usage => ({ ...nothing, ...some });

/** USD per million tokens, as list / batch; from the guide, read 2026-09-04 and 2026-10-04. Null: not stated. */
interface Vector {
  readonly model: string;
  /** Size of the prompt, where it matters. */
  readonly inputTokens: number;
  readonly input: readonly [number, number];
  readonly cached: readonly [number, number];
  readonly cacheWrite: readonly [number, number] | null;
  readonly output: readonly [number, number];
}

const short = 200_000;
const long = 400_000;

const vectors: Vector[] = [
  {
    model: 'gpt-6-luna',
    inputTokens: short,
    input: [0.1, 0.05],
    cached: [0.01, 0.005],
    cacheWrite: null,
    output: [0.5, 0.25],
  },
  {
    model: 'gpt-6-astra',
    inputTokens: short,
    input: [10, 5],
    cached: [1, 0.5],
    cacheWrite: [12.5, 6.25],
    output: [50, 25],
  },
  {
    model: 'gpt-6-astra',
    inputTokens: long,
    input: [20, 10],
    cached: [2, 1],
    cacheWrite: [25, 12.5],
    output: [75, 37.5],
  },
  {
    model: 'gpt-5.6-sol',
    inputTokens: short,
    input: [4, 2],
    cached: [0.4, 0.2],
    cacheWrite: [5, 2.5],
    output: [20, 10],
  },
  {
    model: 'gpt-5.6-terra',
    inputTokens: short,
    input: [2, 1],
    cached: [0.2, 0.1],
    cacheWrite: [2.5, 1.25],
    output: [12, 6],
  },
  {
    model: 'gpt-5.6-luna',
    inputTokens: short,
    input: [0.2, 0.1],
    cached: [0.02, 0.01],
    cacheWrite: [0.25, 0.125],
    output: [1.2, 0.6],
  },
];

/** What `tokens` tokens cost in nano-dollars at a price in dollars per million. */
const nano = (tokens: number, dollars: number) => Math.round(tokens * dollars * 1_000);

test.each(vectors)('$model with $inputTokens input tokens: list price and half of it', (vector) => {
  const rates = lookUpRates(vector.model)!;
  const { inputTokens } = vector;
  const prompt = costOf(use({ inputTokens }), rates);
  const cost = (some: Partial<Usage>) => costOf(use({ inputTokens, ...some }), rates);
  const both = (tokens: number, [list, paid]: readonly [number, number]) => ({
    listNanoUsd: nano(tokens, list),
    paidNanoUsd: nano(tokens, paid),
  });
  expect(prompt).toEqual(both(inputTokens, vector.input));
  expect(cost({ cachedTokens: inputTokens })).toEqual(both(inputTokens, vector.cached));
  if (vector.cacheWrite) {
    expect(cost({ cacheWriteTokens: inputTokens })).toEqual(both(inputTokens, vector.cacheWrite));
  }
  const answered = cost({ outputTokens: million });
  const output = both(million, vector.output);
  expect(answered.listNanoUsd - prompt.listNanoUsd).toBe(output.listNanoUsd);
  expect(answered.paidNanoUsd - prompt.paidNanoUsd).toBe(output.paidNanoUsd);
});

test('cached and cache-written tokens are part of the input, reasoning part of the output', () => {
  const rates = lookUpRates('gpt-6-astra')!;
  const usage = use({
    inputTokens: 1_000,
    cachedTokens: 300,
    cacheWriteTokens: 200,
    outputTokens: 100,
    reasoningTokens: 90,
  });
  const listNanoUsd = (500 * 10 + 300 * 1 + 200 * 12.5 + 100 * 50) * 1_000;
  expect(costOf(usage, rates)).toEqual({ listNanoUsd, paidNanoUsd: listNanoUsd / 2 });
});

test.each([
  'gpt-6-luna',
  'gpt-6-astra',
])('%s: above 272,000 input tokens the whole request is dearer', (model) => {
  const rates = lookUpRates(model)!;
  const at = (inputTokens: number) => costOf(use({ inputTokens, outputTokens: 1_000 }), rates).listNanoUsd;
  const input = rates.input.base;
  const output = rates.output.base;
  expect(at(271_999)).toBe(nano(271_999, input) + nano(1_000, output));
  expect(at(272_001)).toBe(nano(272_001, 2 * input) + nano(1_000, 1.5 * output));
});

test('well-known prices: gpt-4.1 2/8, gpt-4o-mini 0.15/0.60, embeddings without an output price', () => {
  const list = (model: string, some: Partial<Usage>) => costOf(use(some), lookUpRates(model)!).listNanoUsd;
  expect(list('gpt-4.1', { inputTokens: million })).toBe(2e9);
  expect(list('gpt-4.1', { outputTokens: million })).toBe(8e9);
  expect(list('gpt-4o-mini', { inputTokens: million })).toBe(0.15e9);
  expect(list('gpt-4o-mini', { outputTokens: million })).toBe(0.6e9);
  expect(list('text-embedding-3-small', { inputTokens: million })).toBe(0.02e9);
});

test('a model without a cache price pays the input price for cached tokens', () => {
  const rates = lookUpRates('text-embedding-3-small')!;
  expect(costOf(use({ inputTokens: 100, cachedTokens: 60, cacheWriteTokens: 40 }), rates)).toEqual(
    costOf(use({ inputTokens: 100 }), rates),
  );
});

test.each([
  'no-such-model',
  '',
  'toString',
  '__proto__',
  'whisper-1',
])('the price per token of %j is unknown, not zero', (model) => {
  expect(lookUpRates(model)).toBeNull();
});

const flat = (price: number) => ({ base: price, tiers: [] });

test('sums are whole nano-dollars: halves round up, once, over the whole request', () => {
  const rates: ModelRates = {
    input: flat(0.005),
    cached: flat(0.0004),
    cacheWrite: flat(0),
    output: flat(0.5),
  };
  expect(costOf(use({ inputTokens: 1 }), rates)).toEqual({ listNanoUsd: 5, paidNanoUsd: 3 });
  expect(costOf(use({ inputTokens: 3 }), rates)).toEqual({ listNanoUsd: 15, paidNanoUsd: 8 });
  expect(costOf(use({ inputTokens: 1, cachedTokens: 1 }), rates)).toEqual({ listNanoUsd: 0, paidNanoUsd: 0 });
  expect(costOf(use({ inputTokens: 3, cachedTokens: 3 }), rates)).toEqual({ listNanoUsd: 1, paidNanoUsd: 1 });
  expect(costOf(nothing, rates)).toEqual({ listNanoUsd: 0, paidNanoUsd: 0 });
});

test('ten tokens of an embedding cost 200 nano-dollars by list', () => {
  const cost = costOf(use({ inputTokens: 10 }), lookUpRates('text-embedding-3-small')!);
  expect(cost).toEqual({ listNanoUsd: 200, paidNanoUsd: 100 });
});

test('more cached tokens than input never make a negative cost', () => {
  const cost = costOf(use({ inputTokens: 10, cachedTokens: 50 }), lookUpRates('gpt-6-astra')!);
  expect(cost.listNanoUsd).toBe(50 * 1_000);
});

const models = [
  'gpt-6-luna',
  'gpt-6-astra',
  'gpt-5.6-sol',
  'gpt-4.1',
  'gpt-4o-mini',
  'text-embedding-3-small',
];

test('the list price is that of the price library, to the nano-dollar; the paid one half of it', () => {
  const rates = new Map(models.map((model) => [model, lookUpRates(model)!]));
  const count = fc.oneof(fc.nat(1_000), fc.nat(2 * million), fc.constantFrom(271_999, 272_000, 272_001));
  const anyUsage = fc
    .tuple(count, fc.nat(100), fc.nat(100), count)
    .map(([inputTokens, a, b, outputTokens]) => {
      const cachedTokens = Math.floor((inputTokens * a) / 200);
      const cacheWriteTokens = Math.floor((inputTokens * b) / 200);
      return use({ inputTokens, cachedTokens, cacheWriteTokens, outputTokens });
    });
  const property = fc.property(fc.constantFrom(...models), anyUsage, (model, usage) => {
    const theirs = calcPrice(
      {
        input_tokens: usage.inputTokens,
        cache_read_tokens: usage.cachedTokens,
        cache_write_tokens: usage.cacheWriteTokens,
        output_tokens: usage.outputTokens,
      },
      model,
      { providerId: 'openai' },
    )!;
    const { listNanoUsd, paidNanoUsd } = costOf(usage, rates.get(model)!);
    const theirNanoUsd = theirs.total_price * 1e9;
    expect(Number.isSafeInteger(listNanoUsd) && Number.isSafeInteger(paidNanoUsd)).toBe(true);
    expect(Math.abs(listNanoUsd - theirNanoUsd)).toBeLessThanOrEqual(0.51);
    expect(Math.abs(paidNanoUsd - theirNanoUsd * batchFactor)).toBeLessThanOrEqual(0.51);
  });
  fc.assert(property, { numRuns: 500 });
});

test.each([
  [0, '$0.00'],
  [1_500, '$0.000002'],
  [12_345_678, '$0.012346'],
  [1_000_000_000, '$1.00'],
  [1_234_567_890, '$1.23'],
])('%i nano-dollars are shown as %s', (nanoUsd, text) => {
  expect(formatUsd(nanoUsd)).toBe(text);
});
