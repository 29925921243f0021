import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addLoad,
  type BatchLimits,
  defaultLimits,
  emptyLoad,
  type Load,
  limitCrossed,
  limitReached,
} from './limits.ts';

const limits: BatchLimits = { maxRequests: 10, maxBytes: 1_000, maxEmbeddingInputs: 20, maxTokens: 300 };
const held: Load = { requests: 5, bytes: 500, embeddingInputs: 10, tokens: 100 };
const one: Load = { requests: 1, bytes: 1, embeddingInputs: 1, tokens: 1 };

test('the defaults are those of the provider, bytes below its real check', () => {
  expect(defaultLimits.maxRequests).toBe(50_000);
  expect(defaultLimits.maxEmbeddingInputs).toBe(50_000);
  expect(defaultLimits.maxBytes).toBe(200_000_000);
  expect(defaultLimits.maxBytes).toBeLessThan(209_715_200);
});

const borders = [
  ['requests', 'requests', 10],
  ['bytes', 'bytes', 1_000],
  ['embeddingInputs', 'embedding_inputs', 20],
  ['tokens', 'tokens', 300],
] as const;

test.each(borders)('%s: below and at the limit fits, above does not', (key, reason, limit) => {
  const roomLeft = limit - held[key];
  expect(limitCrossed(held, { ...one, [key]: roomLeft - 1 }, limits)).toBeNull();
  expect(limitCrossed(held, { ...one, [key]: roomLeft }, limits)).toBeNull();
  expect(limitCrossed(held, { ...one, [key]: roomLeft + 1 }, limits)).toBe(reason);
});

test.each(borders)('%s: reached at the limit and above it, not below', (key, reason, limit) => {
  expect(limitReached({ ...held, [key]: limit - 1 }, limits)).toBeNull();
  expect(limitReached({ ...held, [key]: limit }, limits)).toBe(reason);
  expect(limitReached({ ...held, [key]: limit + 1 }, limits)).toBe(reason);
});

test('the 50,000th request fits a default batch and fills it; the next does not fit', () => {
  const almost: Load = { requests: 49_999, bytes: 1, embeddingInputs: 0, tokens: 1 };
  expect(limitCrossed(almost, one, defaultLimits)).toBeNull();
  expect(limitReached(almost, defaultLimits)).toBeNull();
  const full = addLoad(almost, one);
  expect(limitReached(full, defaultLimits)).toBe('requests');
  expect(limitCrossed(full, one, defaultLimits)).toBe('requests');
});

test('an empty batch takes any token estimate, and then travels alone', () => {
  const huge: Load = { requests: 1, bytes: 1, embeddingInputs: 0, tokens: 1_000_000 };
  expect(limitCrossed(emptyLoad, huge, limits)).toBeNull();
  expect(limitReached(huge, limits)).toBe('tokens');
  expect(limitCrossed(huge, one, limits)).toBe('tokens');
  expect(limitCrossed(one, huge, limits)).toBe('tokens');
});

test('bytes and embedding inputs refuse even in an empty batch', () => {
  expect(limitCrossed(emptyLoad, { ...one, bytes: 1_001 }, limits)).toBe('bytes');
  expect(limitCrossed(emptyLoad, { ...one, embeddingInputs: 21 }, limits)).toBe('embedding_inputs');
});

test('embedding inputs are no limit for a batch without any', () => {
  const closedToEmbeddings = { ...limits, maxEmbeddingInputs: 0 };
  expect(limitReached({ ...held, embeddingInputs: 0 }, closedToEmbeddings)).toBeNull();
});

const anyLoad = fc.record({
  requests: fc.constant(1),
  bytes: fc.integer({ min: 1, max: 1_000 }),
  embeddingInputs: fc.integer({ min: 0, max: 20 }),
  tokens: fc.integer({ min: 1, max: 900 }),
});

test('filling batches one by one loses nothing and never crosses a limit', () => {
  const property = fc.property(fc.array(anyLoad, { maxLength: 60, size: 'max' }), (loads) => {
    const batches: Load[] = [];
    let open = emptyLoad;
    for (const load of loads) {
      if (limitCrossed(open, load, limits)) {
        batches.push(open);
        open = emptyLoad;
      }
      expect(limitCrossed(open, load, limits)).toBeNull();
      open = addLoad(open, load);
    }
    batches.push(open);
    expect(batches.reduce(addLoad, emptyLoad)).toEqual(loads.reduce<Load>(addLoad, emptyLoad));
    for (const batch of batches) {
      expect(batch.requests).toBeLessThanOrEqual(limits.maxRequests);
      expect(batch.bytes).toBeLessThanOrEqual(limits.maxBytes);
      expect(batch.embeddingInputs).toBeLessThanOrEqual(limits.maxEmbeddingInputs);
      if (batch.tokens > limits.maxTokens) expect(batch.requests).toBe(1);
    }
  });
  fc.assert(property);
});
