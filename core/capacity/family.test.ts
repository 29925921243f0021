import { expect, test } from 'vitest';
import { familyOf } from './family.ts';

test.each([
  ['gpt-4o-mini', 'gpt-4o-mini'],
  ['gpt-4o-mini-2024-07-18', 'gpt-4o-mini'],
  ['GPT-4o-mini', 'gpt-4o-mini'],
  ['gpt-3.5-turbo-0125', 'gpt-3.5-turbo'],
  ['gpt-4-0613', 'gpt-4'],
  ['ft:gpt-4o-mini-2024-07-18:acme::abc', 'gpt-4o-mini'],
  ['text-embedding-3-small', 'text-embedding-3-small'],
  ['o3', 'o3'],
  ['my-deployment-12345', 'my-deployment-12345'],
  ['-0613', '-0613'],
])('%s counts with %s', (model, family) => {
  expect(familyOf(model)).toBe(family);
});
