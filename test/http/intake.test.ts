import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endpointNames } from '../../core/endpoints.ts';
import { type Api, openApi } from '../call-api.ts';
import { listAll } from '../list-all.ts';
import { makePost } from '../make-post.ts';
import { startTestService, type TestService } from '../start-test-service.ts';

let running: TestService;
let api: Api;
beforeAll(async () => {
  running = await startTestService();
  api = await openApi(running.url);
});
afterAll(() => running.stop());

const post = (body: object) => api.call('POST', '/api/requests', { body });

test('202 says the custom_id and nothing else', async () => {
  const answer = await post(makePost('first'));
  expect(answer.status).toBe(202);
  expect(answer.json).toEqual({ custom_id: 'first' });
});

test.each(endpointNames)('%s is taken', async (url) => {
  expect((await post(makePost(`endpoint ${url}`, { url }))).status).toBe(202);
});

test('tag, metadata and target are kept and shown', async () => {
  const facts = {
    tag: 'nightly/é',
    metadata: { part: '7', '': 'empty key', __proto__x: 'odd', 'a/b~c': '\u2028' },
    delivery_config: { type: 'webhook', webhook_url: 'http://api:8080/answers?x=1' },
  };
  expect((await post(makePost('with facts', facts))).status).toBe(202);
  const { json } = await api.call('GET', '/api/requests/with%20facts');
  expect(json).toMatchObject({ ...facts, state: 'pending', model: 'gpt-5-mini', result: null });
});

test.each([
  'HTTP://Api/x',
  'https://user-service.internal:8443/a/b?c=d#e',
  'http://[::1]:9/x',
  'http://127.0.0.1/',
])('a webhook at %s is taken', async (webhook_url) => {
  const answer = await post(
    makePost(`to ${webhook_url}`, { delivery_config: { type: 'webhook', webhook_url } }),
  );
  expect(answer.status).toBe(202);
});

describe('the same custom_id again', () => {
  test('with the same content is answered as the first time, and stored once', async () => {
    const content = makePost('twice', { tag: 't' });
    expect((await post(content)).json).toEqual({ custom_id: 'twice' });
    const again = await post(content);
    expect([again.status, again.json]).toEqual([202, { custom_id: 'twice' }]);
    expect((await listAll(api)).filter((row) => row.custom_id === 'twice')).toHaveLength(1);
  });

  test('with other whitespace is the same content', async () => {
    const content = makePost('spaced');
    expect((await post(content)).status).toBe(202);
    const pretty = JSON.stringify(content, null, '\t');
    expect((await api.call('POST', '/api/requests', { body: pretty })).status).toBe(202);
  });

  test.each<[string, object]>([
    ['body', { body: { model: 'gpt-5-mini', input: 'Say hello!' } }],
    ['url', { url: '/v1/chat/completions' }],
    ['tag', { tag: 'other' }],
    ['metadata', { metadata: { a: 'b' } }],
    ['delivery', { delivery_config: { type: 'webhook', webhook_url: 'http://a/b' } }],
  ])('with another %s is 409 duplicate_custom_id', async (name, change) => {
    expect((await post(makePost(`other ${name}`))).status).toBe(202);
    const answer = await post(makePost(`other ${name}`, change));
    expect(answer.status).toBe(409);
    expect(answer.json.errors[0]).toMatchObject({
      code: 'duplicate_custom_id',
      source: { pointer: '/custom_id' },
    });
    expect((await api.call('GET', `/api/requests/other%20${name}`)).json).toMatchObject({ tag: null });
  });

  test('sent twenty times at once is stored once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(makePost('at once'))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect((await listAll(api)).filter((row) => row.custom_id === 'at once')).toHaveLength(1);
  });

  test('sent with twenty contents at once: one wins, the rest hear 409, neighbours are not touched', async () => {
    const rivals = Array.from({ length: 20 }, (_, n) => post(makePost('rivals', { tag: `t${n}` })));
    const neighbours = Array.from({ length: 20 }, (_, n) => post(makePost(`neighbour ${n}`)));
    const statuses = (await Promise.all(rivals)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([202, ...Array.from({ length: 19 }, () => 409)]);
    for (const answer of await Promise.all(neighbours)) expect(answer.status).toBe(202);
  });
});

test('requests of one endpoint and model land in one open batch', async () => {
  const change = { body: { model: 'one-batch' } };
  await Promise.all(Array.from({ length: 100 }, (_, n) => post(makePost(`together ${n}`, change))));
  const rows = await listAll(api, '&model=one-batch');
  expect(rows).toHaveLength(100);
  expect(new Set(rows.map((row) => row.batch_id)).size).toBe(1);
});
