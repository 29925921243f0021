/** Requests that come through a queue: the same rows as over HTTP, and nothing acknowledged before it is on disk. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openApi } from '../call-api.ts';
import { listAll } from '../list-all.ts';
import { makePost } from '../make-post.ts';
import { readMetrics } from '../read-metrics.ts';
import { until } from '../until.ts';
import { InputLine } from './input-line.ts';

let line: InputLine;
beforeAll(async () => {
  line = await InputLine.open();
}, 180_000);
afterAll(() => line.close());
beforeEach(() => line.makeQueue());
afterEach(() => line.running.stop());

test('the same content makes the same row as over HTTP', async () => {
  const { url } = await line.start();
  const api = await openApi(url);
  const post = (id: string) =>
    makePost(id, {
      delivery_config: { type: 'rabbitmq', rabbitmq_exchange: 'amq.topic', rabbitmq_routing_key: 'a.b' },
      tag: 'nightly',
      metadata: { job: '7' },
      body: { model: 'gpt-5-mini', input: 'Grüße', big: 12345678901234567890n.toString() },
    });
  expect((await api.call('POST', '/api/requests', { body: post('by http') })).status).toBe(202);
  await line.put(post('by queue'));
  expect(await line.waitForEnds(1)).toEqual({ stored: 1 });
  const [byHttp, byQueue] = await Promise.all(
    ['by http', 'by queue'].map(async (id) => {
      const { json } = await api.call('GET', `/api/requests/${encodeURIComponent(id)}`);
      const { id: _id, custom_id: _customId, created_at: _created, updated_at: _updated, ...rest } = json;
      return rest;
    }),
  );
  expect(byQueue).toEqual(byHttp);
  const metrics = readMetrics((await api.call('GET', '/metrics')).text);
  expect(metrics.get('openai_batch_manager_requests_accepted_total{door="amqp"}')).toBe(1);
  expect(metrics.get('openai_batch_manager_broker_connected{role="consuming"}')).toBe(1);
  expect((await api.call('GET', '/ready')).json.checks.rabbitmq).toBe('connected');
});

test('3,000 messages are stored once each, repeats are acknowledged', async () => {
  const { url } = await line.start();
  const posts = Array.from({ length: 1_500 }, (_, n) => makePost(`r${n}`));
  await line.put(...posts, ...posts);
  const ends = await line.waitForEnds(3_000);
  expect(ends).toEqual({ stored: 1_500, known: 1_500 });
  await until(async () => (await line.ready()) === 0);
  expect((await listAll(await openApi(url))).length).toBe(1_500);
});

test('while intake is paused nothing is taken, afterwards everything', async () => {
  const { url } = await line.start({ RETRY_FASTER: 20 });
  const api = await openApi(url);
  await line.waitForConsumer();
  await api.call('POST', '/api/intake/pause');
  await line.put(makePost('one'), makePost('two'));
  await line.waitForRest();
  await until(async () => (await line.ready()) === 2);
  expect((await api.call('GET', '/ready')).json).toMatchObject({
    ready: true,
    checks: { rabbitmq: 'input resting' },
  });
  expect((await api.call('GET', '/api/broker')).json.input).toMatchObject({
    queue: line.queue,
    state: 'resting',
    reason: expect.stringContaining('paused'),
  });
  await api.call('POST', '/api/intake/resume');
  expect(await line.waitForEnds(2)).toEqual({ stored: 2 });
});

test('it holds as many as RABBITMQ_PREFETCH says, and the rest stays with the broker', async () => {
  const { folder } = await line.start({ RABBITMQ_PREFETCH: 7 });
  await line.waitForConsumer();
  const db = new DatabaseSync(join(folder, 'service.db'), { timeout: 5_000 });
  db.exec('begin immediate');
  await line.put(...Array.from({ length: 20 }, (_, n) => makePost(`r${n}`)));
  await until(async () => (await line.ready()) === 13);
  db.exec('rollback');
  db.close();
  expect(await line.waitForEnds(20)).toEqual({ stored: 20 });
});

test('large messages make it take fewer at once, and all are stored', async () => {
  await line.start();
  const text = 'x'.repeat(1_000_000);
  await line.put(
    ...Array.from({ length: 120 }, (_, n) =>
      makePost(`big${n}`, { body: { model: 'gpt-5-mini', input: text } }),
    ),
  );
  expect(await line.waitForEnds(120)).toMatchObject({ stored: 120 });
  await until(async () => (await line.ready()) === 0);
});

test('an input queue that is not there is waited for, or made when RABBITMQ_DECLARE says so', async () => {
  line.queue = `${line.queue}-later`;
  await line.start({ RETRY_FASTER: 20 });
  await line.waitForRest();
  const other = await line.broker.openChannel();
  await other.assertQueue(line.queue);
  await line.put(makePost('late'));
  expect(await line.waitForEnds(1)).toEqual({ stored: 1 });
  await other.deleteQueue(line.queue);
  await line.waitForRest();
  await line.running.stop();
  await line.start({ RABBITMQ_DECLARE: 'true' });
  await line.waitForConsumer();
  await line.put(makePost('made'));
  expect(await line.waitForEnds(1)).toEqual({ stored: 1 });
  await line.running.stop();
  // RabbitMQ refuses this for a queue that was made in another way, and 4 would take a limit of 20 by itself.
  const made = { 'x-queue-type': 'quorum', 'x-delivery-limit': 1_000_000_000 };
  await other.assertQueue(line.queue, { durable: true, arguments: made });
  await other.deleteQueue(line.queue);
});
