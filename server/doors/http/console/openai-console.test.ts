import { expect, test } from 'vitest';
import { openaiConsole } from './session-routes.ts';

test.each([
  ['https://api.openai.com/v1', 'https://platform.openai.com'],
  ['https://eu.api.openai.com/v1', 'https://platform.openai.com'],
  ['http://127.0.0.1:4010/v1', null],
  ['https://api.openai.com.evil.example/v1', null],
])('the batches of %s are shown at %s', (baseUrl, there) => {
  expect(openaiConsole(baseUrl)).toBe(there);
});
