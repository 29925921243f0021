/** Each kind of bad input: a clear answer in the one error form, and nothing lost around it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, type Api, type Call, openApi } from '../call-api.ts';
import { listAll } from '../list-all.ts';
import { makePost } from '../make-post.ts';
import { startTestService, type TestService } from '../start-test-service.ts';

let running: TestService;
let api: Api;
let goods = 0;
beforeAll(async () => {
  running = await startTestService({ BODY_LIMIT_BYTES: 1_000_000 });
  api = await openApi(running.url);
});
afterAll(() => running.stop());

interface Case {
  readonly what: string;
  readonly to?: string;
  readonly method?: string;
  readonly call?: Call;
  readonly status: number;
  readonly code: string;
  /** Pointers of the complaints, in their order. */
  readonly pointers?: readonly string[];
  readonly detail?: RegExp;
}

const text = JSON.stringify(makePost('never stored'));
const malformed = (what: string, body: string | Uint8Array): Case => ({
  what,
  call: { body },
  status: 400,
  code: 'malformed_json',
});
const wrong = (what: string, change: object, ...pointers: string[]): Case => ({
  what,
  call: { body: makePost('never stored', change) },
  status: 422,
  code: 'validation_error',
  pointers,
});
const wrongText = (what: string, body: string, ...pointers: string[]): Case => ({
  ...wrong(what, {}, ...pointers),
  call: { body },
});
const to = (
  what: string,
  method: string,
  path: string,
  status: number,
  code: string,
  call: Call = {},
): Case => ({
  what,
  method,
  to: path,
  status,
  code,
  call,
});
const webhook = (webhook_url?: unknown) => ({ delivery_config: { type: 'webhook', webhook_url } });
const invalidUtf8 = Buffer.concat([
  Buffer.from(text.slice(0, -4)),
  Buffer.from([0xff, 0xc0]),
  Buffer.from(text.slice(-4)),
]);
const withLast = (member: string) => text.replace(/}$/, `,${member}}`);

const cases: Case[] = [
  malformed('an empty body', ''),
  malformed('blanks only', ' \n '),
  malformed('JSON that is cut', text.slice(0, -1)),
  malformed('JSON with something behind it', `${text}x`),
  malformed('two JSON objects', `${text}\n${text}`),
  malformed('a trailing comma', text.replace(/}$/, ',}')),
  malformed('single quotes', "{'a':1}"),
  malformed('NaN', '{"a":NaN}'),
  malformed('a raw line feed in a string', text.replace('hello', 'hel\nlo')),
  malformed('a raw NUL in a string', text.replace('hello', 'hel\0lo')),
  malformed('a NUL before the text', `\0${text}`),
  malformed('UTF-16', Buffer.from(text, 'utf16le')),
  malformed('an open nesting of 10,000', '['.repeat(10_000)),
  malformed('an open nesting of 100,000', '{"a":'.repeat(100_000)),
  { what: 'invalid UTF-8', call: { body: invalidUtf8 }, status: 400, code: 'invalid_utf8' },
  {
    what: 'a lone surrogate as raw bytes',
    call: { body: Buffer.concat([Buffer.from('"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"')]) },
    status: 400,
    code: 'invalid_utf8',
  },

  wrongText('JSON that is a list', `[${text}]`, ''),
  wrongText('JSON that is a string', JSON.stringify(text), ''),
  wrongText('JSON that is a number of 400 digits', '1'.repeat(400), ''),
  wrongText('JSON that is null', 'null', ''),
  wrongText('an empty object', '{}', '/custom_id', '/url', '/method', '/delivery_config', '/body'),
  wrongText('a list nested 10,000 deep', '['.repeat(10_000) + ']'.repeat(10_000), ''),
  wrongText('a list nested 100,000 deep', '['.repeat(100_000) + ']'.repeat(100_000), ''),
  wrongText(
    'a custom_id nested 100,000 deep',
    text.replace('"never stored"', '['.repeat(100_000) + ']'.repeat(100_000)),
    '/custom_id',
  ),

  wrong('custom_id missing', { custom_id: undefined }, '/custom_id'),
  wrong('custom_id empty', { custom_id: '' }, '/custom_id'),
  wrong('custom_id of 513 characters', { custom_id: 'x'.repeat(513) }, '/custom_id'),
  wrong('custom_id that is a number', { custom_id: 7 }, '/custom_id'),
  wrong('custom_id that is null', { custom_id: null }, '/custom_id'),
  wrongText(
    'custom_id that is a number of 400 digits',
    text.replace('"never stored"', '9'.repeat(400)),
    '/custom_id',
  ),
  wrong('custom_id with a NUL', { custom_id: 'a\0b' }, '/custom_id'),
  wrongText('custom_id with half a surrogate pair', text.replace('never', '\\ud800'), '/custom_id'),
  wrong('url missing', { url: undefined }, '/url'),
  wrong('url of another endpoint', { url: '/v1/audio/speech' }, '/url'),
  wrong('url with a host', { url: 'https://api.openai.com/v1/responses' }, '/url'),
  wrong('url named like a built-in property', { url: 'constructor' }, '/url'),
  wrong('method missing', { method: undefined }, '/method'),
  wrong('method GET', { method: 'GET' }, '/method'),
  wrong('method in small letters', { method: 'post' }, '/method'),
  wrong('body missing', { body: undefined }, '/body'),
  wrong('body that is text', { body: '{"model":"m"}' }, '/body'),
  wrong('body that is a list', { body: [] }, '/body'),
  wrong('body without model', { body: { input: 'x' } }, '/body/model'),
  wrong('model empty', { body: { model: '' } }, '/body/model'),
  wrong('model that is a number', { body: { model: 5 } }, '/body/model'),
  wrong('model with a NUL', { body: { model: 'a\0' } }, '/body/model'),
  wrongText('model with half a surrogate pair', text.replace('gpt-5-mini', '\\udfff'), '/body/model'),
  wrong('stream true', { body: { model: 'm', stream: true } }, '/body/stream'),
  wrong(
    'more embedding inputs than a batch takes',
    { url: '/v1/embeddings', body: { model: 'm', input: Array(50_001).fill('') } },
    '/body/input',
  ),

  wrong('delivery_config missing', { delivery_config: undefined }, '/delivery_config'),
  wrong('delivery_config that is text', { delivery_config: 'none' }, '/delivery_config'),
  wrong('delivery type missing', { delivery_config: {} }, '/delivery_config/type'),
  wrong('delivery type unknown', { delivery_config: { type: 'email' } }, '/delivery_config/type'),
  wrong('webhook without URL', webhook(), '/delivery_config/webhook_url'),
  wrong('webhook with an empty URL', webhook(''), '/delivery_config/webhook_url'),
  wrong('webhook with a path only', webhook('/answers'), '/delivery_config/webhook_url'),
  wrong('webhook with another scheme', webhook('ftp://host/x'), '/delivery_config/webhook_url'),
  wrong('webhook without a host', webhook('http://'), '/delivery_config/webhook_url'),
  wrong('webhook with an empty host', webhook('http://:80/x'), '/delivery_config/webhook_url'),
  wrong('webhook with a password', webhook('http://a:b@host/x'), '/delivery_config/webhook_url'),
  wrong('webhook that is a list', webhook(['http://a/b']), '/delivery_config/webhook_url'),
  wrong(
    'webhook URL of 2,049 characters',
    webhook(`http://a/${'x'.repeat(2_040)}`),
    '/delivery_config/webhook_url',
  ),
  wrong(
    'webhook URL for type none',
    { delivery_config: { type: 'none', webhook_url: 'http://a/b' } },
    '/delivery_config/webhook_url',
  ),
  wrong(
    'rabbitmq where none is configured',
    { delivery_config: { type: 'rabbitmq', rabbitmq_queue: 'q' } },
    '/delivery_config/type',
  ),
  wrong(
    'rabbitmq with an empty queue',
    { delivery_config: { type: 'rabbitmq', rabbitmq_queue: '' } },
    '/delivery_config/rabbitmq_queue',
  ),

  wrong('an unknown key at the top', { priority: 1 }, '/priority'),
  wrong('an unknown key with slash and tilde', { 'a/b~c': 1 }, '/a~1b~0c'),
  wrong(
    'an unknown key in delivery_config',
    { delivery_config: { type: 'none', headers: {} } },
    '/delivery_config/headers',
  ),
  wrong('a key constructor at the top', { constructor: 1 }, '/constructor'),
  wrongText('a key __proto__ at the top', withLast('"__proto__":{"url":"x"}'), '/__proto__'),
  wrongText(
    'a key __proto__ in delivery_config',
    text.replace('"type"', '"__proto__":{},"type"'),
    '/delivery_config/__proto__',
  ),
  wrongText(
    'a key __proto__ instead of the fields',
    `{"__proto__":${text}}`,
    '/custom_id',
    '/url',
    '/method',
    '/delivery_config',
    '/body',
    '/__proto__',
  ),
  wrong(
    'several faults at once',
    { custom_id: '', url: 'x', method: 'PUT' },
    '/custom_id',
    '/url',
    '/method',
  ),
  wrong(
    '30 unknown keys',
    Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`k${n}`, 1])),
    ...Array.from({ length: 20 }, (_, n) => `/k${n}`),
  ),
  wrong('tag empty', { tag: '' }, '/tag'),
  wrong('tag of 129 characters', { tag: 'x'.repeat(129) }, '/tag'),
  wrong('tag with a NUL', { tag: '\0' }, '/tag'),
  wrongText('tag with half a surrogate pair', withLast('"tag":"\\udc00\\ud800"'), '/tag'),
  wrong('metadata with a number', { metadata: { a: 1 } }, '/metadata/a'),
  wrong(
    'metadata with a key of 65 characters',
    { metadata: { ['k'.repeat(65)]: 'v' } },
    `/metadata/${'k'.repeat(65)}`,
  ),
  wrong('metadata with a number under a key of two lines', { metadata: { 'a\nb': 1 } }, '/metadata/a\nb'),
  wrong('metadata with a value of 513 characters', { metadata: { a: 'v'.repeat(513) } }, '/metadata/a'),
  wrong('metadata that is a list', { metadata: [] }, '/metadata'),
  wrong(
    'metadata with 17 pairs',
    { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [n, 'v'])) },
    '/metadata',
  ),
  wrong('metadata with a NUL', { metadata: { 'a/b': '\0' } }, '/metadata/a~1b'),
  wrongText(
    'metadata with half a surrogate pair in a key',
    withLast('"metadata":{"\\ud800":"x"}'),
    '/metadata/\ud800',
  ),

  wrongText('custom_id twice', withLast('"custom_id":"b"'), '/custom_id'),
  wrongText('custom_id twice, once in escapes', withLast('"custom\\u005fid":"b"'), '/custom_id'),
  wrongText('body twice', withLast('"body":{"model":"m"}'), '/body'),
  wrongText('model twice', text.replace('"model"', '"model":"m","model"'), '/body/model'),
  wrongText('a body key twice', text.replace('"model"', '"a/b":1,"a/b":2,"model"'), '/body/a~1b'),
  wrongText(
    'delivery type twice',
    text.replace('"type"', '"type":"webhook","type"'),
    '/delivery_config/type',
  ),
  wrongText('a metadata key twice', withLast('"metadata":{"a":"1","a":"2"}'), '/metadata/a'),

  to('a body larger than the limit', 'POST', '/api/requests', 413, 'payload_too_large', {
    body: JSON.stringify(makePost('never stored', { tag: 'x'.repeat(1_000_000) })),
  }),
  to('a body far larger than the limit', 'POST', '/api/requests', 413, 'payload_too_large', {
    body: Buffer.alloc(40_000_000, 32),
  }),
  to('a body without a type', 'POST', '/api/requests', 415, 'unsupported_media_type', {
    body: text,
    type: null,
  }),
  to('a body of type text/plain', 'POST', '/api/requests', 415, 'unsupported_media_type', {
    body: text,
    type: 'text/plain',
  }),
  to('a body of type application/jsonl', 'POST', '/api/requests', 415, 'unsupported_media_type', {
    body: text,
    type: 'application/jsonl',
  }),
  to('a form', 'POST', '/api/requests', 415, 'unsupported_media_type', {
    body: 'a=b',
    type: 'application/x-www-form-urlencoded',
  }),
  to('a type that is none', 'POST', '/api/requests', 415, 'unsupported_media_type', {
    body: text,
    type: ';;;',
  }),
  to('a packed body', 'POST', '/api/requests', 415, 'unsupported_media_type', {
    body: text,
    headers: { 'content-encoding': 'gzip' },
  }),
  to('a body for an order that takes none', 'POST', '/api/intake/resume', 415, 'unsupported_media_type', {
    body: 'x',
    type: 'text/plain',
  }),
  to('malformed JSON for an order that takes none', 'POST', '/api/intake/resume', 400, 'malformed_json', {
    body: '{',
  }),

  to('an unknown address', 'GET', '/nowhere', 404, 'not_found'),
  to('an unknown address with a body', 'POST', '/api/nowhere', 404, 'not_found', { body: text }),
  to('an address with a slash too many', 'GET', '/api/requests/', 404, 'not_found'),
  to('an address that climbs', 'GET', '/api/../../etc/passwd', 404, 'not_found'),
  to('a star for an address', 'OPTIONS', '*', 404, 'not_found'),
  to('a custom_id that nobody sent', 'GET', '/api/requests/nobody', 404, 'not_found'),
  to('a custom_id named __proto__', 'GET', '/api/requests/__proto__', 404, 'not_found'),
  to('half an escape in the path', 'GET', '/api/requests/a%', 404, 'not_found'),
  to('a wrong escape in the path', 'DELETE', '/api/requests/%zz', 404, 'not_found'),
  to('an escape that is no UTF-8', 'GET', '/api/requests/%ff%fe', 404, 'not_found'),
  to('an escaped lone surrogate', 'POST', '/api/requests/%ed%a0%80/cancel', 404, 'not_found'),
  to('an escaped NUL', 'GET', '/api/requests/a%00b', 404, 'not_found'),
  to('a path longer than any custom_id', 'GET', `/api/requests/${'a'.repeat(7_000)}`, 404, 'not_found'),
  to(
    'a batch with a number of 400 digits',
    'GET',
    `/api/batches/${'9'.repeat(400)}`,
    422,
    'validation_error',
  ),
  to('a batch that is no number', 'GET', '/api/batches/1e3', 422, 'validation_error'),
  to('batch 0', 'DELETE', '/api/batches/0', 422, 'validation_error'),
  to('a file type that is none', 'GET', '/api/batches/1/files/inputs', 422, 'validation_error'),
  to('an API key that is no number', 'DELETE', '/api/keys/x', 422, 'validation_error'),
  to('an API key without fields', 'POST', '/api/keys', 422, 'validation_error', { body: {} }),
  to('an API key without a body', 'POST', '/api/keys', 422, 'validation_error'),
  to('an API key with an unknown key', 'POST', '/api/keys', 422, 'validation_error', {
    body: { name: 'a', scopes: ['read'], x: 1 },
  }),
  to('an API key with __proto__', 'POST', '/api/keys', 422, 'validation_error', {
    body: '{"name":"a","scopes":["read"],"__proto__":{}}',
  }),
];

test.each(cases)('$what: $status $code', ({
  to: path = '/api/requests',
  method = 'POST',
  call,
  ...expected
}) =>
  losingNothing(async () => {
    const answer = await api.call(method, path, call);
    expectRefusal(answer, expected);
  }));

function expectRefusal(answer: Answer, { status, code, pointers }: Omit<Case, 'what'>): void {
  expect([answer.status, answer.json?.errors?.[0]?.code]).toEqual([status, code]);
  api.description.checkForm(answer);
  if (!pointers) return;
  const found = answer.json.errors.map((error: { source?: { pointer: string } }) => error.source?.pointer);
  expect(found).toEqual(pointers);
}

/** A good request still works, and exactly it is stored. */
async function losingNothing(act: () => Promise<void>): Promise<void> {
  const before = (await listAll(api)).length;
  await act();
  goods += 1;
  const answer = await api.call('POST', '/api/requests', { body: makePost(`good ${goods}`) });
  expect(answer.status).toBe(202);
  const after = await listAll(api);
  expect([after.length, after[0]?.custom_id]).toEqual([before + 1, `good ${goods}`]);
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'];
test.each<[string, string]>([
  ['/api/requests', 'GET, HEAD, POST'],
  ['/api/requests/x', 'DELETE, GET, HEAD, PATCH'],
  ['/api/requests/x/cancel', 'POST'],
  ['/api/batches/1', 'DELETE, GET, HEAD'],
  ['/api/intake/pause', 'POST'],
  ['/api/results', 'GET, HEAD'],
  ['/health', 'GET, HEAD'],
])('a wrong method at %s: 405, and Allow names %s', (path, allow) =>
  losingNothing(async () => {
    for (const method of methods.filter((name) => !allow.includes(name))) {
      const answer = await api.call(method, path);
      expect([method, answer.status, answer.headers['allow']]).toEqual([method, 405, allow]);
      expectRefusal(answer, { status: 405, code: 'method_not_allowed' });
    }
  }));

test('a fault in JSON is named with its place', async () => {
  const { json } = await api.call('POST', '/api/requests', { body: '{"a":1,}' });
  expect(json.errors[0].detail).toMatch(/position 7/);
});
