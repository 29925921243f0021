/** Destinations as data, through the real doors: what is set is used by the next attempt, and secrets stay secret. */

import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deliverySchedule } from '../../core/backoff.ts';
import { stopService } from '../../server/lifecycle.ts';
import { makePost } from '../make-post.ts';
import { failToStart } from '../start-child-service.ts';
import { startTestService, type TestService } from '../start-test-service.ts';
import { until } from '../until.ts';
import { call, makeOutcomes } from './make-outcomes.ts';
import { OutcomeSink } from './outcome-sink.ts';

let running: TestService;
let sink: OutcomeSink;
beforeAll(async () => {
  sink = await new OutcomeSink({ keeps: true }).listen();
  running = await startTestService({ RETRY_FASTER: 100 });
});
afterAll(async () => {
  await running.stop();
  await sink.close();
});

interface Shown {
  readonly id: number;
  readonly address: string;
  readonly version: number;
}
const all = async () => ((await call(running.url, 'GET', '/api/destinations')) as { data: Shown[] }).data;
const edit = (id: number, body: object) => call(running.url, 'PATCH', `/api/destinations/${id}`, { body });

test('a destination is made on first use; what is set is used by the next attempt, and never shown', async () => {
  await makeOutcomes(running.url, 1, () => sink.url, 'one');
  await until(() => sink.kept.length === 1);
  const [made] = await all();
  const id = made?.id ?? 0;
  expect(made).toMatchObject({ address: new URL(sink.url).origin, own_policy: [], own_secret: false });

  const password = 'do-not-show-me';
  const shown = await edit(id, {
    headers: { 'X-Team': 'kiwi-and-pear' },
    authorization: { type: 'basic', username: 'batch', password },
    answer_timeout_ms: 3_000,
    schedule_ms: [0, 7_000],
    concurrency: 4,
    rate_per_s: 100,
  });
  expect(shown).toMatchObject({
    header_names: ['x-team'],
    authorization: 'Basic',
    own_policy: ['schedule_ms', 'answer_timeout_ms', 'concurrency', 'rate_per_s'],
  });
  await call(running.url, 'POST', '/api/requests/one0/redeliver');
  await until(() => sink.kept.length === 2);
  expect(sink.kept[1]?.headers).toMatchObject({
    'x-team': 'kiwi-and-pear',
    authorization: `Basic ${Buffer.from(`batch:${password}`).toString('base64')}`,
  });
  const told = JSON.stringify([
    shown,
    await all(),
    await call(running.url, 'GET', `/api/destinations/${id}/attempts`),
  ]);
  for (const secret of [password, 'kiwi-and-pear', Buffer.from(`batch:${password}`).toString('base64')]) {
    expect(told).not.toContain(secret);
    const stored = readFileSync(join(running.folder, 'service.db'), 'latin1');
    expect(stored.includes(secret)).toBe(false);
  }

  // Metrics count by what happened, and never name who it happened to.
  const metrics = await (await fetch(`${running.url}/metrics`)).text();
  expect(metrics).toContain('delivery_attempts_total{outcome="success"');
  expect(metrics).not.toContain(new URL(sink.url).host);

  // Each attempt kept a copy of how it was sent.
  await until(async () => (await attempts(id)).length === 2);
  const [second, first] = await attempts(id);
  expect([first?.config.version, first?.config.authorization]).toEqual([0, null]);
  expect(second?.config).toMatchObject({
    version: 1,
    authorization: 'Basic',
    headers: ['x-team'],
    answer_timeout_ms: 3_000,
    schedule_ms: [0, 7_000],
    concurrency: 4,
    rate_per_s: 100,
  });
  expect(first?.config).toMatchObject({
    schedule_ms: [...deliverySchedule],
    concurrency: 50,
    rate_per_s: null,
  });

  // A name of its own is sent in place of ours, and once.
  expect(sink.kept[1]?.headers).toMatchObject({
    'user-agent': 'openai-batch-manager',
    'x-batcher-custom-id': 'one0',
  });
  await edit(id, {
    authorization: { type: 'bearer', token: 'let-me-in' },
    headers: { 'User-Agent': 'kiwi/1' },
  });
  await call(running.url, 'POST', '/api/requests/one0/redeliver');
  await until(() => sink.kept.length === 3);
  expect(sink.kept[2]?.headers).toMatchObject({ authorization: 'Bearer let-me-in' });
  expect(sink.kept[2]?.headers).not.toHaveProperty('x-team');
  expect(sink.kept[2]?.headers).toMatchObject({ 'user-agent': 'kiwi/1' });
});

const attempts = async (id: number) =>
  (
    (await call(running.url, 'GET', `/api/destinations/${id}/attempts`)) as {
      data: {
        config: {
          version: number;
          authorization: string | null;
          headers: string[];
          answer_timeout_ms: number;
          schedule_ms: number[];
        };
      }[];
    }
  ).data;

test.each([
  [{ headers: { 'webhook-id': 'x' } }, /set by the service itself/],
  [{ headers: { 'bad name': 'x' } }, /no name of a header/],
  [{ headers: { 'x-a': 'a\r\nx-b: c' } }, /control characters/],
  [{ authorization: { type: 'bearer', token: 'a\nb' } }, /control characters/],
  [{ schedule_ms: [] }, /./],
  [{ answer_timeout_ms: 60_000 }, /./],
  [{ unknown: 1 }, /./],
])('refuses %j', async (body, why) => {
  const [made] = await all();
  await expect(edit(made?.id ?? 0, body)).rejects.toThrow(/422/);
  await expect(edit(made?.id ?? 0, body)).rejects.toThrow(why);
});

test('a path prefix is a destination of its own', async () => {
  const { origin } = new URL(sink.url);
  const { id } = (await call(running.url, 'POST', '/api/destinations', {
    body: { type: 'webhook', address: `${origin}/team/` },
  })) as Shown;
  const paths = ['/team', '/team/answers', '/teams', '/'];
  await makeOutcomes(running.url, paths.length, (n) => origin + paths[n], 'prefix');
  await until(() => sink.kept.length >= 6);
  await until(async () => (await attempts(id)).length === 2);
  const { health } = (await call(running.url, 'GET', `/api/destinations/${id}`)) as {
    health: { success_count: number };
  };
  expect(health.success_count).toBe(2);
});

test('an answer in bytes that never end is a failure with a word of its own, and so is one that is too long', async () => {
  const server = createServer((request, response) => {
    request.resume();
    if (request.url === '/slow') response.write('a');
    else response.end(Buffer.alloc(1_100_000));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { id } = (await call(running.url, 'POST', '/api/destinations', {
    body: { type: 'webhook', address: origin },
  })) as Shown;
  await edit(id, { answer_timeout_ms: 100, schedule_ms: [0] });
  await makeOutcomes(running.url, 2, (n) => `${origin}/${n === 0 ? 'slow' : 'long'}`, 'endless');
  const outcome = async (n: number) =>
    (
      (await call(running.url, 'GET', `/api/requests/endless${n}`)) as {
        delivery_attempts: { outcome: string }[];
      }
    ).delivery_attempts[0]?.outcome;
  await until(async () => (await outcome(0)) !== undefined && (await outcome(1)) !== undefined);
  expect([await outcome(0), await outcome(1)]).toEqual(['too_slow', 'body_too_large']);
  // Its own schedule has one attempt.
  await until(
    async () =>
      ((await call(running.url, 'GET', '/api/requests/endless0')) as { state: string }).state ===
      'delivery_failed',
  );
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('intake refuses a target that no attempt may reach, and names the setting', async () => {
  const refusing = await startTestService({ WEBHOOK_PRIVATE_NETWORKS: 'refuse' });
  const post = (webhook_url: string) =>
    call(refusing.url, 'POST', '/api/requests', {
      body: makePost('target', { delivery_config: { type: 'webhook', webhook_url } }),
    });
  for (const url of [
    'http://127.0.0.1:1/x',
    'http://localhost/x',
    'http://0x7f.1/',
    'http://[::ffff:10.0.0.1]/',
  ]) {
    await expect(post(url)).rejects.toThrow(/422.*WEBHOOK_PRIVATE_NETWORKS/);
    await expect(post(url)).rejects.toThrow(/422.*webhook_url/);
  }
  await expect(post('http://169.254.169.254/latest/meta-data')).rejects.toThrow(/422.*nothing is ever sent/);
  await expect(post('http://user:pass@example.com/')).rejects.toThrow(/422/);
  await expect(makeOutcomes(refusing.url, 1, () => 'http://10.0.0.1/', 'bulk')).rejects.toThrow(
    /WEBHOOK_PRIVATE_NETWORKS/,
  );
  await refusing.stop();
});

test('the key for stored secrets is made once, for its owner only, and a wrong one stops the start', async () => {
  const file = join(running.folder, 'secret-key-base');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await stopService(running.service);
  const wrong = { SECRET_KEY_BASE: 'x'.repeat(40) };
  const { code, output } = await failToStart(running.folder, wrong);
  expect([code, output]).toEqual([1, expect.stringMatching(/SECRET_KEY_BASE is not the one/)]);
  expect(output).not.toContain(wrong.SECRET_KEY_BASE);
  running = await running.restart();
  expect((await all())[0]).toMatchObject({ authorization: 'Bearer' });
});
