/** Intake that is paused, or has too much to do: 503 with Retry-After, and what was acknowledged is stored. */
import { afterEach, expect, test } from 'vitest';
import { openApi } from '../call-api.ts';
import { listAll } from '../list-all.ts';
import { makePost } from '../make-post.ts';
import { startTestService, type TestService } from '../start-test-service.ts';

let running: TestService;
afterEach(() => running.stop());

test('pause answers 503 maintenance_mode, survives a restart, and resume ends it', async () => {
  running = await startTestService();
  let api = await openApi(running.url);
  const post = (id: string) => api.call('POST', '/api/requests', { body: makePost(id) });
  expect((await post('before')).status).toBe(202);
  const paused = await api.call('POST', '/api/intake/pause');
  expect(paused.json).toMatchObject({ paused: true, by: 'anonymous' });
  expect((await api.call('POST', '/api/intake/pause')).json).toEqual(paused.json);

  running = await running.restart();
  api = await openApi(running.url);
  const refused = await post('while paused');
  expect([refused.status, refused.json.errors[0].code]).toEqual([503, 'maintenance_mode']);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  const bulk = await api.call('POST', '/api/requests/bulk', {
    body: JSON.stringify(makePost('in bulk')),
    type: 'application/jsonl',
  });
  expect([bulk.status, bulk.json.errors[0].code]).toEqual([503, 'maintenance_mode']);
  expect((await api.call('GET', '/api/intake')).json).toEqual(paused.json);
  expect((await api.call('GET', '/ready')).json.checks.intake).toBe('paused');
  // Everything else goes on.
  expect((await api.call('POST', '/api/requests/before/cancel')).status).toBe(202);

  expect((await api.call('POST', '/api/intake/resume')).json).toEqual({
    paused: false,
    since: null,
    by: null,
  });
  expect((await api.call('POST', '/api/intake/resume')).status).toBe(200);
  expect((await post('after')).status).toBe(202);
  expect((await listAll(api)).map((row) => row.custom_id)).toEqual(['after', 'before']);
});

test('overload answers 503 with Retry-After, and loses no request that was acknowledged', async () => {
  running = await startTestService({ INTAKE_MAX_WAITING: 300, FSYNC_DELAY_MS: 100 });
  const api = await openApi(running.url);
  const answers = await Promise.all(
    Array.from({ length: 500 }, async (_, n) => ({
      n,
      answer: await api.call('POST', '/api/requests', { body: makePost(`burst ${n}`) }),
    })),
  );
  const stored = answers.filter(({ answer }) => answer.status === 202).map(({ n }) => `burst ${n}`);
  const refused = answers.filter(({ answer }) => answer.status !== 202);
  expect(refused.length).toBeGreaterThan(0);
  expect(stored.length).toBeGreaterThan(0);
  for (const { answer } of refused) {
    expect([answer.status, answer.json.errors[0].code]).toEqual([503, 'overloaded']);
    expect(answer.headers['retry-after']).toBe('1');
  }
  expect((await listAll(api)).map((row) => row.custom_id).toSorted()).toEqual(stored.toSorted());
  expect((await api.call('POST', '/api/requests', { body: makePost('after') })).status).toBe(202);
});

test('a nearly full disk answers 503 disk_low with Retry-After', async () => {
  running = await startTestService({ DISK_LOW_BYTES: Number.MAX_SAFE_INTEGER });
  const api = await openApi(running.url);
  const refused = await api.call('POST', '/api/requests', { body: makePost('no room') });
  expect([refused.status, refused.json.errors[0].code]).toEqual([503, 'disk_low']);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
});
