import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judge, mayTryAgain, missingResult, outcomeOf, type ResultLine } from './verdict.ts';

const answer = (statusCode: unknown, body: unknown, error: unknown = null): ResultLine => ({
  custom_id: 'r0000000000000001',
  response: { status_code: statusCode, request_id: '5f0fcb70', body },
  error,
});
const refusal = (statusCode: number, code: string | null, type = 'invalid_request_error', message = 'no') =>
  answer(statusCode, { error: { message, type, param: null, code } });
const withoutResponse = (error: unknown): ResultLine => ({ custom_id: 'r1', response: null, error });

const chat = {
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: '{}' }, finish_reason: 'length' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};
const responses = { object: 'response', status: 'completed', error: null, output: [] };

test.each([
  ['chat', chat],
  ['responses, whose body has an error key that is null', responses],
  ['embeddings', { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [0.1] }] }],
  ['moderations', { id: 'modr-1', results: [{ flagged: false }] }],
  ['no body at all', null],
])('200 is a success: %s', (_name, body) => {
  expect(judge(answer(200, body))).toEqual({ kind: 'succeeded', statusCode: 200 });
});

test.each([201, 204, 299])('%i is a success', (status) => {
  expect(judge(answer(status, chat)).kind).toBe('succeeded');
});

test('a 2xx with an error in its body is no success', () => {
  const failed = { ...responses, status: 'failed', error: { code: 'server_error', message: 'broke' } };
  expect(judge(answer(200, failed))).toEqual({
    kind: 'failed',
    statusCode: 200,
    error: { code: 'server_error', message: 'broke' },
  });
  expect(judge(answer(200, { error: 'out of memory' }))).toMatchObject({
    kind: 'failed',
    error: { code: 'unknown_error', message: 'out of memory' },
  });
  expect(judge(answer(200, chat, { code: 'odd', message: 'beside the answer' })).kind).toBe('failed');
});

const permanent = [
  [404, 'model_not_found'],
  [400, 'unsupported_parameter'],
  [400, 'context_length_exceeded'],
  [401, 'invalid_api_key'],
  [403, 'unsupported_country'],
  [409, 'conflict'],
  [422, 'unprocessable'],
  [499, 'closed'],
] as const;

test.each(permanent)('%i %s inside the response, top-level error null: refused for good', (status, code) => {
  expect(judge(refusal(status, code))).toEqual({
    kind: 'failed',
    statusCode: status,
    error: { code, message: 'no' },
  });
});

test('without a code the type of an error stands for it', () => {
  expect(judge(refusal(400, null))).toMatchObject({ error: { code: 'invalid_request_error' } });
  expect(judge(answer(400, { error: { code: 7 } }))).toMatchObject({
    error: { code: 'unknown_error', message: '{"code":7}' },
  });
});

const passing = [
  [408, 'request_timeout', 'timeout'],
  [429, 'rate_limit_exceeded', 'requests'],
  [429, 'insufficient_quota', 'insufficient_quota'],
  [500, null, 'server_error'],
  [502, null, 'server_error'],
  [503, 'overloaded', 'server_error'],
  [599, null, 'server_error'],
] as const;

test.each(passing)('%i %s may be tried again, with what was said', (status, code, type) => {
  const verdict = judge(refusal(status, code, type, 'later'));
  expect(verdict).toEqual({
    kind: 'again',
    statusCode: status,
    error: { code: code ?? type, message: 'later' },
  });
});

test.each(['', null, {}, undefined])('status 0 with the body %j was lost by the provider: again', (body) => {
  const verdict = judge(answer(0, body));
  expect(verdict).toMatchObject({ kind: 'again', statusCode: 0, error: { code: 'no_response' } });
});

test.each([100, 199, 300, 301, 304, 400, 418])('%i without any error is named by its status', (status) => {
  expect(judge(answer(status, null))).toMatchObject({
    kind: 'failed',
    statusCode: status,
    error: { code: `http_${status}` },
  });
});

test('a 500 without any error is named by its status and tried again', () => {
  expect(judge(answer(500, ''))).toMatchObject({ kind: 'again', error: { code: 'http_500' } });
});

test.each(['batch_expired', 'batch_cancelled', 'request_timeout'])('%s was never run: again', (code) => {
  expect(judge(withoutResponse({ code, message: 'not executed' }))).toEqual({
    kind: 'again',
    statusCode: null,
    error: { code, message: 'not executed' },
  });
});

test('any other error without a response is for good, by its code', () => {
  expect(judge(withoutResponse({ code: 'content_policy', message: 'no' }))).toEqual({
    kind: 'failed',
    statusCode: null,
    error: { code: 'content_policy', message: 'no' },
  });
  expect(judge(withoutResponse({ type: 'odd' }))).toMatchObject({ kind: 'failed', error: { code: 'odd' } });
  expect(judge(withoutResponse('it broke'))).toMatchObject({
    kind: 'failed',
    error: { code: 'unknown_error', message: 'it broke' },
  });
});

const silent: [string, ResultLine][] = [
  ['response null, error null', withoutResponse(null)],
  ['both keys missing', {}],
  ['error an empty text', withoutResponse('')],
  ['error a number', withoutResponse(7)],
  ['error a list', withoutResponse([{ code: 'batch_expired' }])],
  ['response a text', { response: '200', error: null }],
  ['response a list', { response: [{ status_code: 200 }], error: null }],
  ['response true', { response: true, error: false }],
  ['response empty', { response: {}, error: null }],
  ['status a text', answer('200', chat)],
  ['status null', answer(null, chat)],
];

test.each(silent)('%s: no answer can be read, so it is tried again', (_name, line) => {
  expect(judge(line)).toMatchObject({ kind: 'again', statusCode: null, error: { code: 'no_response' } });
});

test('any JSON is judged, and only a 2xx without an error is a success', () => {
  const anyLine = fc.oneof(
    fc.record({ response: fc.jsonValue(), error: fc.jsonValue() }, { requiredKeys: [] }),
    fc.record({
      response: fc.record({
        status_code: fc.oneof(fc.integer({ min: 0, max: 600 }), fc.jsonValue()),
        body: fc.oneof(fc.record({ error: fc.jsonValue() }), fc.jsonValue()),
      }),
      error: fc.oneof(fc.constant(null), fc.jsonValue()),
    }),
  );
  const property = fc.property(anyLine, (line) => {
    const verdict = judge(line as ResultLine);
    if (verdict.kind === 'succeeded') {
      expect(verdict.statusCode).toBeGreaterThanOrEqual(200);
      expect(verdict.statusCode).toBeLessThan(300);
      return;
    }
    expect(verdict.error.code).not.toBe('');
    expect(typeof verdict.error.message).toBe('string');
    expect(['failed', 'expired', 'cancelled']).toContain(outcomeOf(verdict.error));
  });
  fc.assert(property, { numRuns: 1_000 });
});

test.each([
  ['batch_expired', 'expired'],
  ['batch_cancelled', 'cancelled'],
  ['request_timeout', 'failed'],
  ['rate_limit_exceeded', 'failed'],
  [missingResult.code, 'failed'],
])('a request that ends with %s is %s', (code, outcome) => {
  expect(outcomeOf({ code, message: '' })).toBe(outcome);
});

test.each([
  [1, [true, false, false, false, false]],
  [3, [true, true, true, false, false]],
])('%i tries in all, where so many are allowed', (maxTries, may) => {
  expect([0, 1, 2, 3, 4].map((tries) => mayTryAgain(tries, maxTries))).toEqual(may);
});
