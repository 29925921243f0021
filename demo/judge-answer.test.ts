import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { DemoRequest } from './corpus.ts';
import { createJudge } from './judge-answer.ts';
import type { ReadDelivery } from './read-delivery.ts';

const text = 'á 🦉 漢字';
const checksum = createHash('sha256').update(text).digest('hex');
const urls = ['/v1/chat/completions', '/v1/responses', '/v1/embeddings'];
const judge = createJudge();
for (const _ of judge.remember(
  urls.map((url): DemoRequest => ({ customId: url, url, body: { model: 'm' }, text })),
));

function answer(url: string, says: string): unknown {
  if (url === '/v1/chat/completions') return { choices: [{ message: { content: `Summary of [${says}]` } }] };
  if (url === '/v1/responses')
    return { output: [{ type: 'reasoning' }, { content: [{ text: `[${says}]` }] }] };
  return { data: [{ embedding: [1] }], input_sha256: says };
}

function delivery(customId: string, body: unknown, change: Partial<ReadDelivery> = {}): ReadDelivery {
  const line = { custom_id: customId, response: { status_code: 200, body }, error: null };
  return { id: 'r1.1', customId, outcome: 'succeeded', line, ...change };
}

describe('the judge', () => {
  test.each(urls)('accepts the answer to its own text, and no other: %s', (url) => {
    expect(judge.judge(delivery(url, answer(url, checksum)))).toBeNull();
    expect(judge.judge(delivery(url, answer(url, 'another')))).toBe('the answer is about another text');
    expect(judge.judge(delivery(url, null))).toBe(`the answer is not one of ${url}`);
  });

  test('knows a request that nobody sent', () => {
    expect(judge.judge(delivery('stranger', {}))).toBe('nobody sent this request');
  });

  test('holds the outcome against the line', () => {
    const url = '/v1/responses';
    const failed = delivery(url, answer(url, checksum), { outcome: 'failed' });
    expect(judge.judge(failed)).toBe('the outcome "failed" is not what the line says');
    const line = { custom_id: url, response: null, error: { code: 'batch_expired', message: 'too late' } };
    expect(judge.judge(delivery(url, null, { outcome: 'expired', line }))).toBeNull();
  });
});
