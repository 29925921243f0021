/** Who may do what: every route with every kind of key. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, openApi } from '../call-api.ts';
import { makePost } from '../make-post.ts';
import { startTestService, type TestService } from '../start-test-service.ts';

const keys = {
  produce: 'produce-key-0001',
  read: 'read-key-0002',
  operate: 'operate-key-0003',
  bare: 'bare-key-0004',
  both: 'both:key:0005',
} as const;
const environment = `p:produce:${keys.produce},r:read:${keys.read},o:operate:${keys.operate},${keys.bare},b:produce+read:${keys.both}`;

let running: TestService;
let api: Api;
beforeAll(async () => {
  running = await startTestService({ API_KEYS: environment });
  api = await openApi(running.url);
});
afterAll(() => running.stop());

const everybody = ['produce', 'read', 'operate'] as const;
const routes: [method: string, path: string, who: readonly string[]][] = [
  ['POST', '/api/requests', ['produce', 'operate']],
  ['POST', '/api/requests/bulk', ['produce', 'operate']],
  ['GET', '/api/requests', ['read', 'operate']],
  ['GET', '/api/requests/x', everybody],
  ['PATCH', '/api/requests/x', ['operate']],
  ['DELETE', '/api/requests/x', ['produce', 'operate']],
  ['POST', '/api/requests/x/cancel', ['produce', 'operate']],
  ['POST', '/api/requests/x/redeliver', ['operate']],
  ['GET', '/api/results', everybody],
  ['GET', '/api/batches', ['read', 'operate']],
  ['GET', '/api/batches/1', ['read', 'operate']],
  ['POST', '/api/batches/1/upload', ['operate']],
  ['POST', '/api/batches/1/cancel', ['operate']],
  ['POST', '/api/batches/1/restart', ['operate']],
  ['POST', '/api/batches/1/resubmit', ['operate']],
  ['POST', '/api/batches/1/redeliver', ['operate']],
  ['DELETE', '/api/batches/1', ['operate']],
  ['GET', '/api/batches/1/files/input', ['read', 'operate']],
  ['GET', '/batches/1/files/output/download', ['read', 'operate']],
  ['GET', '/api/intake', ['read', 'operate']],
  ['POST', '/api/intake/pause', ['operate']],
  ['POST', '/api/intake/resume', ['operate']],
  ['GET', '/api/broker', ['read', 'operate']],
  ['GET', '/api/orphans', ['read', 'operate']],
  ['DELETE', '/api/orphans/1', ['operate']],
  ['GET', '/api/destinations', ['read', 'operate']],
  ['POST', '/api/destinations', ['operate']],
  ['GET', '/api/destinations/1', ['read', 'operate']],
  ['PATCH', '/api/destinations/1', ['operate']],
  ['GET', '/api/destinations/1/attempts', ['read', 'operate']],
  ['POST', '/api/destinations/1/pause', ['operate']],
  ['POST', '/api/destinations/1/resume', ['operate']],
  ['POST', '/api/destinations/1/open-breaker', ['operate']],
  ['POST', '/api/destinations/1/close-breaker', ['operate']],
  ['POST', '/api/destinations/1/rotate-secret', ['operate']],
  ['POST', '/api/destinations/1/test', ['operate']],
  ['GET', '/api/redeliveries', ['read', 'operate']],
  ['POST', '/api/redeliveries', ['operate']],
  ['GET', '/api/redeliveries/1', ['read', 'operate']],
  ['POST', '/api/redeliveries/1/abort', ['operate']],
  ['GET', '/api/capacity', ['read', 'operate']],
  ['GET', '/api/settings', ['read', 'operate']],
  ['PATCH', '/api/settings', ['operate']],
  ['DELETE', '/api/settings/POLL_INTERVAL_MS', ['operate']],
  ['DELETE', '/api/settings/TOKEN_CAPS/gpt-9', ['operate']],
  ['GET', '/api/stages', ['read', 'operate']],
  ['POST', '/api/stages/upload/pause', ['operate']],
  ['POST', '/api/stages/upload/resume', ['operate']],
  ['GET', '/api/prices', ['read', 'operate']],
  ['POST', '/api/prices', ['operate']],
  ['DELETE', '/api/prices/1', ['operate']],
  ['GET', '/api/keys', ['operate']],
  ['POST', '/api/keys', ['operate']],
  ['DELETE', '/api/keys/1', ['operate']],
  ['GET', '/metrics', ['read', 'operate']],
  ['GET', '/health', [...everybody, 'nobody']],
  ['GET', '/ready', [...everybody, 'nobody']],
];

describe.each(routes)('%s %s', (method, path, who) => {
  test.each(['produce', 'read', 'operate', 'nobody'] as const)('with the key of %s', async (holder) => {
    const call = holder === 'nobody' ? {} : { key: keys[holder] };
    const { status, json, headers } = await api.call(method, path, call);
    if (who.includes(holder)) expect([401, 403]).not.toContain(status);
    else if (holder === 'nobody') {
      expect([status, json.errors[0].code, headers['www-authenticate']]).toEqual([
        401,
        'unauthorized',
        'Bearer',
      ]);
    } else expect([status, json.errors[0].code]).toEqual([403, 'forbidden']);
  });
});

test('the matrix names every route that is described', () => {
  const asked = routes.map(([method, path]) => `${method} ${path}`);
  const described = [...api.description.operations.keys()].map((name) =>
    name
      .replace('{custom_id}', 'x')
      .replace('{id}', '1')
      .replace('stages/{name}', 'stages/upload')
      .replace('{name}', 'POLL_INTERVAL_MS')
      .replace('{prefix}', 'gpt-9')
      .replace('files/{type}/download', 'files/output/download')
      .replace('{type}', 'input'),
  );
  expect(asked.toSorted()).toEqual(described.toSorted());
});

test.each<[string, Record<string, string>]>([
  ['an unknown key', { authorization: 'Bearer nobody-knows-it' }],
  ['another scheme', { authorization: `Basic ${keys.operate}` }],
  ['no scheme', { authorization: keys.operate }],
  ['a key with something behind it', { authorization: `Bearer ${keys.operate} x` }],
  ['an empty key', { authorization: 'Bearer ' }],
  ['a prefix of a key', { authorization: `Bearer ${keys.operate.slice(0, -1)}` }],
  ['the key in the query', {}],
])('%s is 401', async (_what, headers) => {
  const { status } = await api.call('GET', '/api/batches?key=operate-key-0003', { headers });
  expect(status).toBe(401);
});

test('a bare key may do everything; one with two scopes may do both, and holds colons', async () => {
  expect((await api.call('GET', '/api/keys', { key: keys.bare })).status).toBe(200);
  expect((await api.call('GET', '/api/batches', { key: keys.both })).status).toBe(200);
  expect((await api.call('GET', '/api/keys', { key: keys.both })).status).toBe(403);
});

test('a key that is made works at once, is shown once, and stops at once when it is revoked', async () => {
  const key = keys.operate;
  const made = await api.call('POST', '/api/keys', {
    key,
    body: { name: 'ci', scopes: ['produce', 'read'] },
  });
  expect([made.status, made.json.created_by]).toEqual([201, 'key o']);
  expect(made.json.key).toMatch(/^obm_[A-Za-z0-9_-]{43}$/);
  const use = () => api.call('POST', '/api/requests', { key: made.json.key, body: makePost('by ci') });
  expect((await use()).status).toBe(202);
  expect((await api.call('GET', '/api/keys', { key: made.json.key })).status).toBe(403);

  const listed = await api.call('GET', '/api/keys', { key });
  expect(listed.text).not.toContain(made.json.key);
  expect(listed.json.data.map((row: { name: string }) => row.name)).toEqual(['ci']);

  expect((await api.call('DELETE', `/api/keys/${made.json.id}`, { key })).status).toBe(204);
  expect((await use()).status).toBe(401);
  expect((await api.call('DELETE', `/api/keys/${made.json.id}`, { key })).status).toBe(404);
  expect((await api.call('GET', '/api/keys', { key })).json.data[0].revoked_at).not.toBeNull();
});

test('orders name the key that gave them', async () => {
  const { json } = await api.call('POST', '/api/intake/pause', { key: keys.operate });
  expect(json.by).toBe('key o');
  await api.call('POST', '/api/intake/resume', { key: keys.operate });
});

describe('without keys', () => {
  test('loopback is open until the first key is made, and open again when the last is revoked', async () => {
    const open = await startTestService();
    try {
      const free = await openApi(open.url);
      expect((await free.call('GET', '/api/keys')).json).toEqual({ data: [] });
      const { json } = await free.call('POST', '/api/keys', { body: { name: 'first', scopes: ['operate'] } });
      expect((await free.call('GET', '/api/keys')).status).toBe(401);
      expect((await free.call('GET', '/api/keys', { key: json.key })).status).toBe(200);
      expect((await free.call('DELETE', `/api/keys/${json.id}`, { key: json.key })).status).toBe(204);
      expect((await free.call('GET', '/api/keys')).status).toBe(200);
    } finally {
      await open.stop();
    }
  });

  test('AUTH=none asks nobody, also beside keys', async () => {
    const open = await startTestService({ AUTH: 'none', API_KEYS: `r:read:${keys.read}` });
    try {
      const free = await openApi(open.url);
      expect((await free.call('POST', '/api/requests', { body: makePost('free') })).status).toBe(202);
      expect((await free.call('GET', '/api/keys', { key: 'whatever' })).status).toBe(200);
    } finally {
      await open.stop();
    }
  });
});
