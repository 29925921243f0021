/** `?wait=` holds the answer until the outcome is there. */
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, openApi } from '../call-api.ts';
import { makePost } from '../make-post.ts';
import { startTestService, type TestService } from '../start-test-service.ts';
import { until } from '../until.ts';

let running: TestService;
let api: Api;
beforeAll(async () => {
  running = await startTestService();
  api = await openApi(running.url);
});
afterAll(() => running.stop());

/** Somebody is held: the service listens for outcomes on their behalf. */
const held = (count: number) => until(() => listeners() === count);
const listeners = () => running.service.ctx.wakeUps.listenerCount('outcomes');

test('twenty callers are held, and answered when their request is cancelled', async () => {
  const took: number[] = [];
  for (const name of ['awaited-1', 'awaited-2', 'awaited-3']) {
    await api.call('POST', '/api/requests', { body: makePost(name) });
    const waiting = Array.from({ length: 20 }, () => api.call('GET', `/api/requests/${name}?wait=30`));
    await held(20);
    const before = performance.now();
    expect((await api.call('POST', `/api/requests/${name}/cancel`)).status).toBe(202);
    for (const answer of await Promise.all(waiting)) {
      expect([answer.status, answer.json.outcome]).toEqual([200, 'cancelled']);
    }
    took.push(performance.now() - before);
    await held(0);
  }
  // Somebody who only looks once a second would be later each time; a busy machine is not slow three times.
  expect(Math.min(...took)).toBeLessThan(700);
});

test('a request that is deleted meanwhile is 404', async () => {
  await api.call('POST', '/api/requests', { body: makePost('deleted') });
  const waiting = api.call('GET', '/api/requests/deleted?wait=30');
  await held(1);
  await api.call('DELETE', '/api/requests/deleted');
  expect((await waiting).status).toBe(404);
});

test('cancelling the whole batch answers them as well', async () => {
  await api.call('POST', '/api/requests', { body: makePost('in batch', { body: { model: 'own-batch' } }) });
  const { json } = await api.call('GET', '/api/requests/in%20batch');
  const waiting = api.call('GET', '/api/requests/in%20batch?wait=30');
  await held(1);
  expect((await api.call('POST', `/api/batches/${json.batch_id}/cancel`)).status).toBe(202);
  expect((await waiting).json.outcome).toBe('cancelled');
});

test('an outcome that is there, a custom_id that is not, and a second that passes need no outcome', async () => {
  expect((await api.call('GET', '/api/requests/awaited-1?wait=30')).json.outcome).toBe('cancelled');
  expect((await api.call('GET', '/api/requests/nobody?wait=30')).status).toBe(404);
  await api.call('POST', '/api/requests', { body: makePost('slow') });
  expect((await api.call('GET', '/api/requests/slow?wait=1')).json).toMatchObject({
    state: 'pending',
    outcome: null,
  });
});

test('a caller that goes away is forgotten', async () => {
  await api.call('POST', '/api/requests', { body: makePost('left') });
  const leaving = request(`${running.url}/api/requests/left?wait=30`);
  leaving.on('error', () => {});
  leaving.end();
  await held(1);
  leaving.destroy();
  await held(0);
});

test('a stop answers whoever is held, at once', async () => {
  await api.call('POST', '/api/requests', { body: makePost('at the stop') });
  const waiting = api.call('GET', '/api/requests/at%20the%20stop?wait=30');
  await held(1);
  const before = performance.now();
  running = await running.restart();
  expect((await waiting).json).toMatchObject({ custom_id: 'at the stop', outcome: null });
  expect(performance.now() - before).toBeLessThan(5_000);
});
