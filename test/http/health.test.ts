/** What machines ask: alive, ready, figures. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, openApi } from '../call-api.ts';
import { makePost } from '../make-post.ts';
import { readMetrics } from '../read-metrics.ts';
import { startTestService, type TestService } from '../start-test-service.ts';

let running: TestService;
let api: Api;
beforeAll(async () => {
  running = await startTestService();
  api = await openApi(running.url);
});
afterAll(() => running.stop());

test('/health is 200 with status ok, to HEAD as well', async () => {
  const { status, text } = await api.call('GET', '/health');
  expect([status, text]).toEqual([200, '{"status":"ok"}']);
  const head = await api.call('HEAD', '/health');
  expect([head.status, head.text]).toEqual([200, '']);
});

test('/ready says what it looked at', async () => {
  const { status, json } = await api.call('GET', '/ready');
  expect([status, json]).toEqual([
    200,
    { ready: true, checks: { store: 'ok', intake: 'open', rabbitmq: 'not configured', stopping: false } },
  ]);
});

test('/metrics is Prometheus text, and counts what happened', async () => {
  const before = readMetrics((await api.call('GET', '/metrics')).text);
  await api.call('POST', '/api/requests', { body: makePost('counted') });
  await api.call('POST', '/api/requests', { body: makePost('counted') });
  await api.call('POST', '/api/requests', { body: '{' });
  await api.call('POST', '/api/requests', { body: makePost('') });
  const after = readMetrics((await api.call('GET', '/metrics')).text);
  const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  const prefix = 'openai_batch_manager_';
  expect(grown(`${prefix}requests_accepted_total{door="http"}`)).toBe(1);
  expect(grown(`${prefix}requests_refused_total{door="http",code="malformed_json"}`)).toBe(1);
  expect(grown(`${prefix}requests_refused_total{door="http",code="validation_error"}`)).toBe(1);
  expect(grown(`${prefix}batch_requests{state="building"}`)).toBe(1);
  expect(after.get(`${prefix}batches{state="done"}`)).toBe(0);
});

test('/ready is 503 while it stops, and /health stays 200', async () => {
  const { state } = running.service;
  state.stopping = true;
  const ready = await api.call('GET', '/ready');
  expect([ready.status, ready.json.checks.stopping]).toEqual([503, true]);
  expect((await api.call('GET', '/health')).status).toBe(200);
  state.stopping = false;
});

test('with a store that is gone: /ready 503, intake 503 with Retry-After, /health 200', async () => {
  const broken = await startTestService();
  const there = await openApi(broken.url);
  await broken.service.ctx.store.close();
  const ready = await there.call('GET', '/ready');
  expect([ready.status, ready.json.checks.store]).toEqual([503, 'does not answer']);
  const post = await there.call('POST', '/api/requests', { body: makePost('lost') });
  expect([post.status, post.json.errors[0].code]).toEqual([503, 'store_unavailable']);
  expect(Number(post.headers['retry-after'])).toBeGreaterThan(0);
  expect((await there.call('GET', '/health')).status).toBe(200);
  await broken.service.http.app.close();
});
