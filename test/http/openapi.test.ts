/** The published description is true: all routes are in it, and every status it promises can be had. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '../../core/errors.ts';
import { type Simulator, startSimulator } from '../../simulator/index.ts';
import { type Api, type Call, openApi } from '../call-api.ts';
import { makePost } from '../make-post.ts';
import { openSocket, readAnswers } from '../raw-http.ts';
import { startReceiver } from '../start-receiver.ts';
import { startTestService, type TestService } from '../start-test-service.ts';
import { until } from '../until.ts';
import { registeredRoutes } from './registered-routes.ts';

const keys = { operate: 'key-of-operate', read: 'key-of-read', produce: 'key-of-produce' };
const API_KEYS = `o:operate:${keys.operate},r:read:${keys.read},p:produce:${keys.produce}`;

let running: TestService;
let api: Api;
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
  running = await startTestService({
    API_KEYS,
    OPENAI_BASE_URL: simulator.url,
    POLL_INTERVAL_MS: 20,
    REQUEST_TIMEOUT_MS: 300,
    BODY_LIMIT_BYTES: 100_000,
  });
  api = await openApi(running.url);
});
afterAll(async () => {
  await running.stop();
  await simulator.close();
});

const call = (method: string, path: string, more: Call = {}) =>
  api.call(method, path, { key: keys.operate, ...more });
const post = (body: object) => call('POST', '/api/requests', { body });

test('it is OpenAPI 3.1, and every operation says what it is for, what it asks and what it answers', async () => {
  const { json } = await call('GET', '/api/openapi.json');
  expect(json.openapi).toBe('3.1.0');
  for (const [name, operation] of api.description.operations) {
    const { summary, tags, responses } = operation as typeof operation & {
      summary?: string;
      tags?: string[];
    };
    expect([name, typeof summary, tags?.length, Object.keys(responses).some((s) => s < '300')]).toEqual([
      name,
      'string',
      1,
      true,
    ]);
  }
});

test('every route that is registered is described, and no other', () => {
  const registered = registeredRoutes(running.service.http.app);
  const described = [...api.description.operations.keys()].map((name) =>
    name.replaceAll(/\{(\w+)\}/g, ':$1'),
  );
  expect(registered.toSorted()).toEqual(described.toSorted());
});

/** Every operation with a path that leads somewhere. */
const operations = () =>
  [...api.description.operations].map(([name, operation]) => {
    const [method = '', path = ''] = name.split(' ');
    const real = path.replace('{custom_id}', 'nobody').replace('{id}', '999').replace('{type}', 'input');
    return { name, method, path: real, statuses: Object.keys(operation.responses) };
  });
const thatAnswer = (...statuses: string[]) =>
  operations().filter((operation) => statuses.every((status) => operation.statuses.includes(status)));

test('401 and 403, wherever they are described', async () => {
  for (const { method, path } of thatAnswer('401', '403')) {
    expect((await call(method, path, { key: 'unknown' })).status).toBe(401);
    const answers = [
      await call(method, path, { key: keys.read }),
      await call(method, path, { key: keys.produce }),
    ];
    const forbidden = answers.some(({ status }) => status === 403);
    // What producers and readers may both do is forbidden to nobody; a key without any scope cannot be made.
    expect([method, path, forbidden]).toEqual([method, path, !openToAll.has(`${method} ${path}`)]);
  }
});
const openToAll = new Set(['GET /api/requests/nobody', 'GET /api/results']);

test('400, 413 and 415 for bodies, wherever they are described', async () => {
  for (const { method, path } of thatAnswer('400', '413', '415').filter(
    (one) => !one.path.endsWith('/bulk'),
  )) {
    expect((await call(method, path, { body: '{' })).status).toBe(400);
    expect((await call(method, path, { body: 'x', type: 'text/plain' })).status).toBe(415);
    expect((await call(method, path, { body: 'x'.repeat(100_001) })).status).toBe(413);
  }
});

test('408 for bodies that do not come, wherever it is described', async () => {
  await Promise.all(
    thatAnswer('408').map(async ({ method, path }) => {
      const socket = await openSocket(running.url);
      const head = `Host: x\r\nAuthorization: Bearer ${keys.operate}\r\nContent-Type: application/json\r\nContent-Length: 9`;
      socket.write(`${method} ${path} HTTP/1.1\r\n${head}\r\n\r\n`);
      const [answer] = await readAnswers(socket);
      socket.destroy();
      if (!answer) throw new Error('no answer');
      expect(answer.status).toBe(408);
      api.description.check(method, path, answer);
    }),
  );
});

/** Operations that ask for a body before they look for what it is about. */
const takesBody = new Set([
  'PATCH /api/requests/{custom_id}',
  'PATCH /api/destinations/{id}',
  'POST /api/destinations/{id}/rotate-secret',
  'POST /api/destinations/{id}/test',
]);

test('404, wherever it is described', async () => {
  for (const { name, method, path } of thatAnswer('404')) {
    const body = name === 'PATCH /api/requests/{custom_id}' ? { delivery_config: { type: 'none' } } : {};
    const { status } = await call(method, path, takesBody.has(name) ? { body } : {});
    expect([name, status]).toEqual([name, 404]);
  }
});

test.each<[method: string, path: string, more?: Call]>([
  ['POST', '/api/requests', { body: {} }],
  ['POST', '/api/requests/bulk?tag='],
  ['GET', '/api/requests?limit=x'],
  ['PATCH', '/api/requests/nobody', { body: { delivery_config: { type: 'webhook' } } }],
  ['GET', '/api/requests/nobody?wait=x'],
  ['GET', '/api/results?batch=x'],
  ['GET', '/api/batches?state=x'],
  ['GET', '/api/batches/x'],
  ['DELETE', '/api/batches/x'],
  ['POST', '/api/batches/x/upload'],
  ['POST', '/api/batches/x/cancel'],
  ['POST', '/api/batches/x/restart'],
  ['POST', '/api/batches/x/resubmit'],
  ['POST', '/api/batches/x/redeliver'],
  ['GET', '/api/batches/1/files/x'],
  ['GET', '/batches/1/files/x/download'],
  ['DELETE', '/api/orphans/x'],
  ['PATCH', '/api/settings', { body: { NO_SUCH_SETTING: 1 } }],
  ['POST', '/api/prices', { body: {} }],
  ['DELETE', '/api/prices/x'],
  ['POST', '/api/keys', { body: {} }],
  ['DELETE', '/api/keys/x'],
  ['GET', '/api/destinations?limit=x'],
  ['POST', '/api/destinations', { body: { type: 'webhook', address: 'ftp://x' } }],
  ['GET', '/api/destinations/x'],
  ['GET', '/api/destinations/x/attempts'],
  ['PATCH', '/api/destinations/1', { body: { concurrency: 0 } }],
  ['POST', '/api/destinations/x/pause'],
  ['POST', '/api/destinations/x/resume'],
  ['POST', '/api/destinations/x/open-breaker'],
  ['POST', '/api/destinations/x/close-breaker'],
  ['POST', '/api/destinations/x/rotate-secret', { body: {} }],
  ['POST', '/api/destinations/x/test', { body: {} }],
  ['POST', '/api/redeliveries', { body: {} }],
  ['GET', '/api/redeliveries?limit=x'],
  ['GET', '/api/redeliveries/x'],
  ['POST', '/api/redeliveries/x/abort'],
])('422 for %s %s', async (method, path, more) => {
  expect((await call(method, path, more)).status).toBe(422);
});

test('each order of a life: accepted, refused, delivered, and every answer as described', async () => {
  const receiver = await startReceiver();
  const delivery_config = { type: 'webhook', webhook_url: receiver.url };
  for (const id of ['a', 'b']) expect((await post(makePost(id, { delivery_config }))).status).toBe(202);
  expect((await post(makePost('a'))).status).toBe(409);
  const { batch_id: first } = (await call('GET', '/api/requests/a')).json;
  const batch = `/api/batches/${first}`;
  expect((await call('DELETE', batch)).status).toBe(409);
  expect((await call('POST', `${batch}/redeliver`)).status).toBe(409);
  expect((await call('POST', `${batch}/restart`)).status).toBe(409);
  expect((await call('POST', `${batch}/resubmit`)).status).toBe(409);
  expect((await call('POST', '/api/requests/a/redeliver')).status).toBe(422);
  expect((await call('POST', `${batch}/upload`)).status).toBe(202);
  expect((await call('POST', `${batch}/upload`)).status).toBe(409);
  await until(async () => (await call('GET', batch)).json.state === 'done');
  expect((await call('POST', `${batch}/cancel`)).status).toBe(409);
  const { json } = await call('GET', '/api/requests/a?wait=5');
  expect(json).toMatchObject({
    state: 'delivered',
    outcome: 'succeeded',
    delivery_attempts: [{ outcome: 'success' }],
  });
  for (const path of [
    `${batch}/files/input`,
    `/batches/${first}/files/output/download`,
    '/api/results',
    '/api/batches',
    '/api/requests',
  ]) {
    expect((await call('GET', path)).status).toBe(200);
  }
  const target = (config: object) => call('PATCH', '/api/requests/a', { body: { delivery_config: config } });
  expect((await target(delivery_config)).status).toBe(200);
  expect((await target({ type: 'none' })).status).toBe(409);
  receiver.hold();
  expect((await call('POST', '/api/requests/a/redeliver')).status).toBe(202);
  await until(() => receiver.held() === 1);
  expect((await call('POST', '/api/requests/a/redeliver')).status).toBe(409);
  receiver.release();
  await until(async () => (await call('GET', batch)).json.state === 'done');
  const again = `${batch}/redeliver?which=all`;
  const counted = await call('POST', `${again}&dry_run=true`);
  expect([counted.status, counted.json]).toEqual([200, { count: 2, more: false }]);
  const ordered = await call('POST', again);
  expect([ordered.status, ordered.json.matching]).toEqual([202, 2]);
  const done = async () => (await call('GET', `/api/redeliveries/${ordered.json.id}`)).json;
  await until(async () => (await done()).state === 'done');
  expect((await done()).redelivered).toBe(2);
  await until(async () => (await call('GET', batch)).json.state === 'done');
  expect((await call('DELETE', batch)).status).toBe(202);
  await receiver.close();
});

test('orders for requests and batches that stay here', async () => {
  for (const id of ['c', 'd'])
    expect((await post(makePost(id, { body: { model: 'stays' } }))).status).toBe(202);
  expect((await call('POST', '/api/requests/c/cancel')).status).toBe(202);
  expect((await call('POST', '/api/requests/c/cancel')).status).toBe(409);
  expect((await call('DELETE', '/api/requests/c')).status).toBe(409);
  expect((await call('DELETE', '/api/requests/d')).status).toBe(204);
  const { batch_id: batch } = (await call('GET', '/api/requests/c')).json;
  expect((await call('POST', `/api/batches/${batch}/cancel`)).status).toBe(202);
});

test('a batch that OpenAI refuses can be restarted', async () => {
  const error = { message: 'Not like this.', type: 'invalid_request_error' };
  simulator.addScript({ on: 'call', route: 'batches.create', times: 1, do: { status: 400, error } });
  await post(makePost('refused'));
  const { batch_id: batch } = (await call('GET', '/api/requests/refused')).json;
  await call('POST', `/api/batches/${batch}/upload`);
  await until(async () => (await call('GET', `/api/batches/${batch}`)).json.settled_at !== null);
  const { status, json } = await call('POST', `/api/batches/${batch}/restart`);
  expect([status, json.errors]).toEqual([202, undefined]);
});

test('a batch that OpenAI does not know any more can be sent again', async () => {
  const model = 'vanishing';
  simulator.addScript({ on: 'batch', match: { model }, times: 1, do: { vanishAt: 'in_progress' } });
  await post(makePost('vanished', { body: { model, input: 'x' } }));
  const { batch_id: batch } = (await call('GET', '/api/requests/vanished')).json;
  await call('POST', `/api/batches/${batch}/upload`);
  await until(async () => (await call('GET', `/api/batches/${batch}`)).json.condition === 'vanished');
  expect((await call('POST', `/api/batches/${batch}/resubmit`)).status).toBe(202);
  await until(async () => (await call('GET', `/api/batches/${batch}`)).json.state === 'done');
});

test('bulk: totals, a broken stream, one that swells', async () => {
  const bulk = (body: string | Uint8Array, headers = {}) =>
    call('POST', '/api/requests/bulk', { body, type: 'application/jsonl', headers });
  const lines = [makePost('bulk 1'), makePost('bulk 2'), {}].map((line) => JSON.stringify(line)).join('\n');
  const totals = await bulk(lines);
  expect([totals.status, totals.json.accepted, totals.json.refused]).toEqual([200, 2, 1]);
  const gzip = { 'content-encoding': 'gzip' };
  expect((await bulk('not packed', gzip)).status).toBe(400);
  expect((await bulk(gzipSync(Buffer.alloc(80_000_000)), gzip)).status).toBe(413);
  expect((await bulk('x', { 'content-encoding': 'br' })).status).toBe(415);
});

test('orphans', async () => {
  const { store, clock } = running.service.ctx;
  const orphan = { kind: 'file', remoteId: 'file-gone', about: 'a file', createdAt: 1 } as const;
  const credentials = 'another';
  await store.noteOrphans({ orphans: [orphan], credentials, removeAt: null, now: clock.now() });
  const { status, json } = await call('GET', '/api/orphans');
  expect([status, json.data[0].removing]).toEqual([200, false]);
  expect((await call('DELETE', `/api/orphans/${json.data[0].id}`)).status).toBe(202);
});

test('destinations and redeliveries', async () => {
  const address = 'https://receiver.example/team';
  const made = await call('POST', '/api/destinations', { body: { type: 'webhook', address } });
  expect([made.status, made.json.address]).toEqual([201, address]);
  const one = `/api/destinations/${made.json.id}`;
  expect((await call('PATCH', one, { body: { concurrency: 2 } })).status).toBe(200);
  for (const order of ['pause', 'resume', 'open-breaker', 'close-breaker'])
    expect((await call('POST', `${one}/${order}`)).status).toBe(200);
  for (const order of ['rotate-secret', 'test'])
    expect((await call('POST', `${one}/${order}`, { body: {} })).status).toBe(200);
  for (const path of ['/api/destinations', one, `${one}/attempts`])
    expect((await call('GET', path)).status).toBe(200);
  const filter = { destination: made.json.id };
  expect((await call('POST', '/api/redeliveries', { body: { ...filter, dry_run: true } })).status).toBe(200);
  const ordered = await call('POST', '/api/redeliveries', { body: filter });
  expect(ordered.status).toBe(202);
  const redelivery = `/api/redeliveries/${ordered.json.id}`;
  await until(async () => (await call('GET', redelivery)).json.state === 'done');
  expect((await call('POST', `${redelivery}/abort`)).status).toBe(409);
  await running.service.heldBack.stop();
  const { json: endless } = await call('POST', '/api/redeliveries', { body: filter });
  expect((await call('POST', `/api/redeliveries/${endless.id}/abort`)).json.state).toBe('aborted');
  expect((await call('GET', '/api/redeliveries')).status).toBe(200);
});

test('keys and intake', async () => {
  const made = await call('POST', '/api/keys', { body: { name: 'x', scopes: ['read'] } });
  expect(made.status).toBe(201);
  expect((await call('GET', '/api/keys')).status).toBe(200);
  expect((await call('DELETE', `/api/keys/${made.json.id}`)).status).toBe(204);
  for (const order of ['pause', 'resume'])
    expect((await call('POST', `/api/intake/${order}`)).status).toBe(200);
  const edit = { POLL_INTERVAL_MS: 25, TOKEN_CAPS: { 'gpt-9': 1_000 } };
  expect((await call('PATCH', '/api/settings', { body: edit })).status).toBe(200);
  for (const path of ['POLL_INTERVAL_MS', 'TOKEN_CAPS/gpt-9'])
    expect((await call('DELETE', `/api/settings/${path}`)).status).toBe(200);
  for (const order of ['pause', 'resume'])
    expect((await call('POST', `/api/stages/build/${order}`)).status).toBe(200);
  const price = { model: 'gpt-9', input_nano_usd: 1, output_nano_usd: 2 };
  const priced = await call('POST', '/api/prices', { body: price });
  expect(priced.status).toBe(200);
  expect((await call('DELETE', `/api/prices/${priced.json.data[0].id}`)).status).toBe(200);
  for (const path of [
    '/api/settings',
    '/api/prices',
    '/api/stages',
    '/api/capacity',
    '/api/intake',
    '/api/broker',
    '/health',
    '/ready',
    '/metrics',
  ])
    expect((await call('GET', path)).status).toBe(200);
});

test('500 without inner words, and 503 with Retry-After, wherever they are described', async () => {
  const { store } = running.service.ctx;
  const whole = { ...store };
  const bodies: Record<string, Call> = {
    'POST /api/requests': { body: makePost('broken') },
    'POST /api/keys': { body: { name: 'x', scopes: ['read'] } },
    'POST /api/prices': { body: { model: 'gpt-9', input_nano_usd: 1, output_nano_usd: 2 } },
    'POST /api/destinations': { body: { type: 'webhook', address: 'https://x.example' } },
    'PATCH /api/destinations/{id}': { body: {} },
    'PATCH /api/requests/{custom_id}': { body: { delivery_config: { type: 'none' } } },
    'POST /api/destinations/{id}/rotate-secret': { body: {} },
    'POST /api/destinations/{id}/test': { body: {} },
    'POST /api/redeliveries': { body: { tag: 'x' } },
    'POST /api/requests/bulk': { body: JSON.stringify(makePost('broken')), type: 'application/jsonl' },
    // These need no store by themselves, but this key has to be looked up.
    'GET /api/intake': { key: 'unknown' },
    'GET /api/broker': { key: 'unknown' },
    'GET /api/settings': { key: 'unknown' },
    'GET /api/stages': { key: 'unknown' },
    'DELETE /api/settings/{name}': { key: 'unknown' },
    'DELETE /api/settings/TOKEN_CAPS/{prefix}': { key: 'unknown' },
    'PATCH /api/settings': { body: { POLL_INTERVAL_MS: 5_000 } },
  };
  const faults = [
    [500, new TypeError('inner words')],
    [503, new AppError('store_unavailable', 'The database does not answer.')],
  ] as const;
  for (const [expected, fault] of faults) {
    for (const name of Object.keys(store)) Object.assign(store, { [name]: () => Promise.reject(fault) });
    try {
      for (const { name, method, path } of thatAnswer(String(expected))) {
        const answer = await call(method, path, bodies[name]);
        expect([name, answer.status]).toEqual([name, expected]);
        expect(answer.text).not.toContain('inner words');
        if (expected === 503 && answer.json.errors)
          expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      }
    } finally {
      Object.assign(store, whole);
    }
  }
});

test('every status that is described was had above', () => {
  const described = [...api.description.operations].flatMap(([name, { responses }]) =>
    Object.keys(responses).map((status) => `${name} ${status}`),
  );
  const never = described.filter((one) => !api.description.seen.has(one));
  // These take a key with no scope, which nobody can make.
  expect(never).toEqual(['GET /api/requests/{custom_id} 403', 'GET /api/results 403']);
});
