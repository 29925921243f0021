import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { endpointNames } from '../endpoints.ts';
import { PostRequestSchema } from './intake.ts';

const shape = Compile(PostRequestSchema);

const post = {
  custom_id: 'summary_1',
  url: '/v1/chat/completions',
  method: 'POST',
  delivery_config: { type: 'none' },
  body: { model: 'gpt-6-luna' },
};

const accepts = (change: object) => shape.Check({ ...post, ...change });

/** So many headers, with names and values so long. */
const pairs = (count: number, name: number, value: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [String(n).padStart(name, 'h'), 'v'.repeat(value)]),
  );

const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==', detail: 'low' } };

const bodies: Record<string, object> = {
  'a string array': { input: ['a', 'b'] },
  'a token array': { input: [1, 2, 3] },
  'a list of token arrays': { input: [[1, 2], [3]] },
  'a prompt of strings': { prompt: ['a', 'b'] },
  'a prompt of token arrays': { prompt: [[1, 2], [3]] },
  'multimodal content': { messages: [{ role: 'user', content: [{ type: 'text', text: 'what?' }, image] }] },
  'null content with a tool call': {
    messages: [
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
    ],
  },
  'tool, function and developer roles': {
    messages: [
      { role: 'developer', content: 'be brief' },
      { role: 'tool', tool_call_id: 'call_1', content: '42' },
      { role: 'function', name: 'f', content: '42' },
    ],
  },
  'responses items': {
    input: [
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
      { type: 'function_call_output', call_id: 'c', output: '1' },
    ],
  },
  'keys nobody knows yet': { 'x-new': { deep: [null, true, -1.5e300] }, stream: false, 'sch\u00f6n': '' },
  'nothing but the model': {},
};

test.each(Object.entries(bodies))('a body with %s passes', (_name, body) => {
  for (const url of endpointNames) expect(accepts({ url, body: { model: 'm', ...body } })).toBe(true);
});

test.each([
  ['at the top', { priority: 1 }],
  ['of the old form', { response: null }],
  ['in delivery_config', { delivery_config: { type: 'none', retries: 3 } }],
  ['in a webhook', { delivery_config: { type: 'webhook', webhook_url: 'http://a/b', headers: {} } }],
])('an unknown key %s is refused', (_name, change) => {
  expect(accepts(change)).toBe(false);
});

test('a key named __proto__ is a key like any other', () => {
  const text = JSON.stringify(post);
  expect(shape.Check(JSON.parse(text))).toBe(true);
  expect(shape.Check(JSON.parse(text.replace('{', '{"__proto__":1,')))).toBe(false);
});

test.each(Object.keys(post))('%s is needed', (key) => {
  const { [key as keyof typeof post]: _left, ...rest } = post;
  expect(shape.Check(rest)).toBe(false);
  expect(accepts({ [key]: null })).toBe(false);
});

test.each(['none', 'webhook', 'rabbitmq'])('delivery type %s has the right shape', (type) => {
  const targets = {
    webhook: { webhook_url: 'http://api:8080/x?y=1' },
    rabbitmq: { rabbitmq_queue: 'q', rabbitmq_headers: { 'x-own': 'yes' } },
  };
  const target = targets[type as keyof typeof targets] ?? {};
  expect(accepts({ delivery_config: { type, ...target } })).toBe(true);
});

test.each<[string, object]>([
  ['another url', { url: '/v1/audio/speech' }],
  ['a url with a host', { url: 'https://api.openai.com/v1/responses' }],
  ['another method', { method: 'GET' }],
  ['a method in small letters', { method: 'post' }],
  ['another delivery type', { delivery_config: { type: 'email' } }],
  ['a delivery without type', { delivery_config: {} }],
  ['a queue without a name', { delivery_config: { type: 'rabbitmq', rabbitmq_queue: '' } }],
  ['a header that is a number', { delivery_config: { type: 'rabbitmq', rabbitmq_headers: { a: 1 } } }],
  ['21 headers', { delivery_config: { type: 'rabbitmq', rabbitmq_headers: pairs(21, 1, 1) } }],
  ['a long header name', { delivery_config: { type: 'rabbitmq', rabbitmq_headers: pairs(1, 129, 1) } }],
  ['a long header', { delivery_config: { type: 'rabbitmq', rabbitmq_headers: pairs(1, 1, 1_025) } }],
  ['a body that is a list', { body: [] }],
  ['a body that is text', { body: '{"model":"m"}' }],
  ['a body without model', { body: { messages: [] } }],
  ['an empty model', { body: { model: '' } }],
  ['a model of 257 characters', { body: { model: 'm'.repeat(257) } }],
  ['a model that is a number', { body: { model: 6 } }],
  ['a custom_id that is a number', { custom_id: 7 }],
  ['an empty tag', { tag: '' }],
  ['a tag of 129 characters', { tag: 't'.repeat(129) }],
  ['a tag that is null', { tag: null }],
  ['metadata with a number', { metadata: { part: 2 } }],
  ['metadata with a value of 513 characters', { metadata: { part: 'v'.repeat(513) } }],
  ['metadata that is a list', { metadata: ['a'] }],
])('%s is refused', (_name, change) => {
  expect(accepts(change)).toBe(false);
});

test.each([
  [0, false],
  [1, true],
  [511, true],
  [512, true],
  [513, false],
])('a custom_id of %i characters: %s', (length, accepted) => {
  expect(accepts({ custom_id: 'x'.repeat(length) })).toBe(accepted);
  expect(accepts({ custom_id: '\u{1f600}'.repeat(length) })).toBe(accepted);
});

test('sixteen pairs of metadata, each at its limit, and a tag of 128 characters', () => {
  const pairs = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`${n}`.padEnd(64, 'k'), 'v'.repeat(512)]));
  expect(accepts({ tag: 't'.repeat(128), metadata: pairs(16) })).toBe(true);
  expect(accepts({ metadata: pairs(17) })).toBe(false);
  expect(accepts({ metadata: {} })).toBe(true);
});
