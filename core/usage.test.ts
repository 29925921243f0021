import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readUsage } from './usage.ts';

const none = { inputTokens: 0, cachedTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };

test('chat', () => {
  const usage = {
    prompt_tokens: 2256,
    completion_tokens: 2179,
    total_tokens: 4435,
    prompt_tokens_details: { cached_tokens: 1024, cache_write_tokens: 256, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 640, audio_tokens: 0 },
  };
  expect(readUsage({ object: 'chat.completion', usage })).toEqual({
    inputTokens: 2256,
    cachedTokens: 1024,
    cacheWriteTokens: 256,
    outputTokens: 2179,
    reasoningTokens: 640,
  });
});

test('responses', () => {
  const usage = {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 20, cache_write_tokens: 30 },
    output_tokens: 50,
    output_tokens_details: { reasoning_tokens: 40 },
    total_tokens: 150,
  };
  expect(readUsage({ object: 'response', usage })).toEqual({
    inputTokens: 100,
    cachedTokens: 20,
    cacheWriteTokens: 30,
    outputTokens: 50,
    reasoningTokens: 40,
  });
});

test('embeddings: input only', () => {
  const usage = { prompt_tokens: 8, total_tokens: 8 };
  expect(readUsage({ object: 'list', usage })).toEqual({ ...none, inputTokens: 8 });
});

test('details that are null or missing count nothing', () => {
  const usage = { prompt_tokens: 5, completion_tokens: 6, prompt_tokens_details: null };
  expect(readUsage({ usage })).toEqual({ ...none, inputTokens: 5, outputTokens: 6 });
});

test.each([
  null,
  undefined,
  'text',
  7,
  [],
  {},
  { usage: null },
  { usage: 12 },
  { usage: 'many' },
  { error: {} },
])('the body %j reports no usage', (body) => {
  expect(readUsage(body)).toBeNull();
});

test.each([
  -1,
  'twelve',
  '12',
  null,
  {},
  [],
  true,
  Number.NaN,
  Number.POSITIVE_INFINITY,
])('a count of %j is nothing', (count) => {
  expect(readUsage({ usage: { prompt_tokens: count, completion_tokens: 3 } })).toEqual({
    ...none,
    outputTokens: 3,
  });
});

test('any JSON is read as whole numbers from zero up, or as none', () => {
  const anyUsage = fc.dictionary(
    fc.constantFrom(
      'prompt_tokens',
      'input_tokens',
      'output_tokens',
      'prompt_tokens_details',
      'total_tokens',
    ),
    fc.jsonValue(),
  );
  const property = fc.property(fc.oneof(fc.jsonValue(), fc.record({ usage: anyUsage })), (body) => {
    for (const count of Object.values(readUsage(body) ?? {})) {
      expect(Number.isInteger(count)).toBe(true);
      expect(count).toBeGreaterThanOrEqual(0);
    }
  });
  fc.assert(property);
});
