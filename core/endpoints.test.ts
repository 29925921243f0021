import { expect, test } from 'vitest';
import { countEmbeddingInputs, endpointNames, isEndpoint } from './endpoints.ts';

test("OpenAI's batch endpoints, all eight", () => {
  expect([...endpointNames].sort()).toEqual([
    '/v1/chat/completions',
    '/v1/completions',
    '/v1/embeddings',
    '/v1/images/edits',
    '/v1/images/generations',
    '/v1/moderations',
    '/v1/responses',
    '/v1/videos',
  ]);
  for (const name of endpointNames) expect(isEndpoint(name)).toBe(true);
});

test.each([
  '',
  '/v1/chat',
  '/v1/embeddings/',
  'v1/embeddings',
  '/V1/EMBEDDINGS',
  'toString',
  '__proto__',
])('%j is no endpoint', (text) => {
  expect(isEndpoint(text)).toBe(false);
});

test.each([
  ['a text', 'hello', 1],
  ['an empty text', '', 1],
  ['a list of one text', ['hello'], 1],
  ['a list of three texts', ['a', 'b', 'c'], 3],
  ['one token array', [1, 2, 3, 4], 1],
  ['a list of one token array', [[1, 2, 3]], 1],
  ['a list of two token arrays', [[1, 2, 3], [4]], 2],
  ['an empty list', [], 0],
  ['nothing', undefined, 1],
  ['null', null, 1],
  ['50,001 texts', Array.from({ length: 50_001 }, () => 'x'), 50_001],
])('%s counts %#', (_name, input, inputs) => {
  expect(countEmbeddingInputs('/v1/embeddings', { input })).toBe(inputs);
});

test('no other endpoint counts inputs', () => {
  for (const endpoint of endpointNames.filter((name) => name !== '/v1/embeddings')) {
    expect(countEmbeddingInputs(endpoint, { input: ['a', 'b'] })).toBe(0);
  }
});
