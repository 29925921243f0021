/** Lists: pages that neither skip nor repeat, filters, and clear words for wrong ones. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, openApi } from '../call-api.ts';
import { listAll } from '../list-all.ts';
import { makePost } from '../make-post.ts';
import { startTestService, type TestService } from '../start-test-service.ts';

let running: TestService;
let api: Api;
const models = ['m-a', 'm-b', 'm/c d'];
const tags = ['red', 'blue & green', undefined];
const total = 60;
let middle = '';

beforeAll(async () => {
  running = await startTestService();
  api = await openApi(running.url);
  for (let n = 0; n < total; n++) {
    const change = {
      url: n % 2 === 0 ? '/v1/responses' : '/v1/chat/completions',
      tag: tags[n % 3],
      body: { model: models[n % 3] },
    };
    await api.call('POST', '/api/requests', { body: makePost(`r${n}`, change) });
  }
  for (let n = 0; n < 10; n++) await api.call('POST', `/api/requests/r${n}/cancel`);
  middle = (await api.call('GET', '/api/requests/r30')).json.created_at;
});
afterAll(() => running.stop());

const idsOf = (rows: readonly { custom_id: string }[]) => rows.map((row) => row.custom_id);
const newestFirst = (wanted: (n: number) => boolean) =>
  Array.from({ length: total }, (_, n) => total - 1 - n)
    .filter(wanted)
    .map((n) => `r${n}`);

test.each([1, 7, 50, 60, 61, 1_000])('pages of %i show each request once, newest first', async (limit) => {
  const ids: string[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const from: string = cursor === null ? '' : `&cursor=${cursor}`;
    const { json } = await api.call('GET', `/api/requests?limit=${limit}${from}`);
    ids.push(...idsOf(json.data));
    cursor = json.next_cursor;
    pages += 1;
  } while (cursor !== null);
  expect(ids).toEqual(newestFirst(() => true));
  expect(pages).toBeLessThanOrEqual(Math.floor(total / limit) + 1);
});

test('a page holds 50 when nobody says how many, and does not shift when requests arrive', async () => {
  const first = await api.call('GET', '/api/requests?tag=red&limit=5');
  await api.call('POST', '/api/requests', {
    body: makePost('late', { tag: 'red', body: { model: 'late' } }),
  });
  const second = await api.call('GET', `/api/requests?tag=red&limit=5&cursor=${first.json.next_cursor}`);
  expect([...idsOf(first.json.data), ...idsOf(second.json.data)]).toEqual(
    newestFirst((n) => n % 3 === 0).slice(0, 10),
  );
  expect((await api.call('DELETE', '/api/requests/late')).status).toBe(204);
  expect((await api.call('GET', '/api/requests')).json.data).toHaveLength(50);
});

test.each<[string, (n: number) => boolean]>([
  ['state=pending', (n) => n >= 10],
  ['outcome=cancelled', (n) => n < 10],
  ['outcome=succeeded', () => false],
  ['model=m-a', (n) => n % 3 === 0],
  ['model=m%2Fc%20d', (n) => n % 3 === 2],
  ['model=m', () => false],
  ['endpoint=%2Fv1%2Fresponses', (n) => n % 2 === 0],
  ['tag=red', (n) => n % 3 === 0],
  ['tag=blue+%26+green', (n) => n % 3 === 1],
  ['tag=nobody', () => false],
  ['tag=red&endpoint=/v1/responses&state=pending', (n) => n % 6 === 0 && n >= 10],
  ['outcome=cancelled&model=m-b', (n) => n < 10 && n % 3 === 1],
  ['before=2000-01-01T00:00:00Z', () => false],
  ['after=2000-01-01T00:00:00Z', () => true],
  ['before=9999999999999', () => true],
  ['batch=999999', () => false],
])('?%s', async (query, wanted) => {
  expect(idsOf(await listAll(api, `&${query}`))).toEqual(newestFirst(wanted));
  const page = await api.call('GET', `/api/requests?${query}&limit=3`);
  expect(idsOf(page.json.data)).toEqual(newestFirst(wanted).slice(0, 3));
});

test('before and after split the list at a time', async () => {
  const at = encodeURIComponent(middle);
  const before = await listAll(api, `&before=${at}`);
  const after = await listAll(api, `&after=${at}`);
  expect([...idsOf(after), ...idsOf(before)]).toEqual(newestFirst(() => true));
  expect(idsOf(after)).toContain('r30');
  expect(idsOf(await listAll(api, `&after=${Date.parse(middle)}`))).toEqual(idsOf(after));
});

test('a batch lists its requests, and batches are listed by state, model and endpoint', async () => {
  const { json } = await api.call('GET', '/api/batches?state=building&limit=1000');
  json.data = json.data.filter((batch: { request_count: number }) => batch.request_count > 0);
  expect(json.data).toHaveLength(6);
  for (const batch of json.data) {
    const rows = await listAll(api, `&batch=${batch.id}`);
    expect(rows).toHaveLength(batch.request_count);
    expect(new Set(rows.map((row) => row.batch_id))).toEqual(new Set([batch.id]));
  }
  const some = await api.call('GET', '/api/batches?model=m-a&endpoint=/v1/responses');
  expect(some.json.data).toHaveLength(1);
  expect((await api.call('GET', '/api/batches?state=done')).json).toEqual({ data: [], next_cursor: null });
  const first = await api.call('GET', '/api/batches?limit=4');
  const second = await api.call('GET', `/api/batches?limit=4&cursor=${first.json.next_cursor}`);
  const ids = [...first.json.data, ...second.json.data].map((batch: { id: number }) => batch.id);
  expect(ids).toEqual(expect.arrayContaining(json.data.map((batch: { id: number }) => batch.id)));
});

test('results are one line for each outcome, by the same filters', async () => {
  const lines = async (query: string) =>
    (await api.call('GET', `/api/results?${query}`)).text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line).custom_id);
  expect(await lines('')).toEqual(newestFirst((n) => n < 10));
  expect(await lines('tag=red')).toEqual(newestFirst((n) => n < 10 && n % 3 === 0));
  expect(await lines('state=pending')).toEqual([]);
});

test.each<[path: string, pointer: string]>([
  ['/api/requests?limit=0', '/limit'],
  ['/api/requests?limit=1001', '/limit'],
  ['/api/requests?limit=-1', '/limit'],
  ['/api/requests?limit=1e2', '/limit'],
  [`/api/requests?limit=${'9'.repeat(400)}`, '/limit'],
  ['/api/requests?cursor=abc', '/cursor'],
  ['/api/requests?cursor=', '/cursor'],
  ['/api/requests?state=done', '/state'],
  ['/api/requests?state=pending&state=failed', '/state'],
  ['/api/requests?outcome=ok', '/outcome'],
  ['/api/requests?batch=x', '/batch'],
  ['/api/requests?before=yesterday', '/before'],
  ['/api/requests?after=2026-99-99', '/after'],
  [`/api/requests?after=${'9'.repeat(400)}`, '/after'],
  [`/api/requests?tag=${'x'.repeat(600)}`, '/tag'],
  ['/api/requests?colour=red', '/colour'],
  ['/api/requests?__proto__=x', '/__proto__'],
  ['/api/requests/r1?wait=soon', '/wait'],
  ['/api/requests/r1?wait=0', '/wait'],
  ['/api/batches?state=sleeping', '/state'],
  ['/api/batches?limit=x', '/limit'],
  ['/api/results?limit=5', '/limit'],
  ['/api/results?batch=0', '/batch'],
])('%s is refused with its name', async (path, pointer) => {
  const { status, json } = await api.call('GET', path);
  expect([status, json.errors?.[0].code, json.errors?.[0].source?.pointer]).toEqual([
    422,
    'validation_error',
    pointer,
  ]);
});

test.each([
  'tag=%ff',
  'tag=%zz',
  'tag=%00',
  'tag',
  '&&&',
  'tag=a%20b&',
])('an odd query ?%s breaks nothing', async (query) => {
  expect([200, 422]).toContain((await api.call('GET', `/api/requests?${query}`)).status);
});
