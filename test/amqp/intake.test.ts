/** Requests that come through a queue: the same rows as over HTTP, and nothing acknowledged before it is on disk. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Channel, ConfirmChannel } from 'amqplib';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { countMessages, readQueue } from '../broker/read-queue.ts';
import { type SharedBroker, useSharedBroker } from '../broker/shared-broker.ts';
import { openApi } from '../call-api.ts';
import { listAll } from '../list-all.ts';
import { makePost } from '../make-post.ts';
import { readMetrics } from '../read-metrics.ts';
import { startTestService, type TestService, type TestSettings } from '../start-test-service.ts';
import { until } from '../until.ts';

let broker: SharedBroker;
let channel: Channel;
let producer: ConfirmChannel;
let queue: string;
let running: TestService;

beforeAll(async () => {
  broker = await useSharedBroker();
  channel = await broker.openChannel();
  producer = await broker.connection.createConfirmChannel();
}, 180_000);
afterAll(() => broker.close());
beforeEach(async () => {
  queue = await broker.makeQueue();
});
afterEach(() => running.stop());

async function start(settings: TestSettings = {}): Promise<TestService> {
  running = await startTestService({
    RABBITMQ_URL: broker.url,
    RABBITMQ_INPUT_QUEUE: queue,
    RETRY_FASTER: 20,
    ...settings,
  });
  return running;
}

async function put(...contents: (object | string | Buffer)[]): Promise<void> {
  for (const content of contents) {
    const bytes = typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content);
    producer.sendToQueue(queue, Buffer.from(bytes), {
      messageId: 'from-the-producer',
      headers: { own: 'yes' },
    });
  }
  await producer.waitForConfirms();
}

/** Nothing ready and, since only what is acknowledged is gone, nothing in the consumer's hands. */
async function isDrained(): Promise<boolean> {
  if ((await countMessages(channel, queue)) > 0) return false;
  const ends = await inputEnds();
  return ends.length > 0;
}

async function inputEnds(): Promise<[string, number][]> {
  const { values } = await running.service.ctx.metrics.inputMessages.get();
  return values.map(({ labels, value }) => [String(labels.end), value]);
}

async function waitForEnds(count: number): Promise<Record<string, number>> {
  await until(async () => (await inputEnds()).reduce((sum, [, value]) => sum + value, 0) >= count);
  return Object.fromEntries(await inputEnds());
}

test('the same content makes the same row as over HTTP', async () => {
  const { url } = await start();
  const api = await openApi(url);
  const post = (id: string) =>
    makePost(id, {
      delivery_config: { type: 'rabbitmq', rabbitmq_exchange: 'amq.topic', rabbitmq_routing_key: 'a.b' },
      tag: 'nightly',
      metadata: { job: '7' },
      body: { model: 'gpt-5-mini', input: 'Grüße', big: 12345678901234567890n.toString() },
    });
  expect((await api.call('POST', '/api/requests', { body: post('by http') })).status).toBe(202);
  await put(post('by queue'));
  expect(await waitForEnds(1)).toEqual({ stored: 1 });
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
  const { url } = await start();
  const posts = Array.from({ length: 1_500 }, (_, n) => makePost(`r${n}`));
  await put(...posts, ...posts);
  const ends = await waitForEnds(3_000);
  expect(ends).toEqual({ stored: 1_500, known: 1_500 });
  expect(await isDrained()).toBe(true);
  expect((await listAll(await openApi(url))).length).toBe(1_500);
});

const refused: [string, Buffer, string, string | undefined][] = [
  ['no JSON', Buffer.from('{"custom_id":'), 'malformed_json', undefined],
  ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'invalid_utf8', undefined],
  ['nothing', Buffer.alloc(0), 'malformed_json', undefined],
  ['a wrong shape', Buffer.from(JSON.stringify(makePost('x', { url: '/v2' }))), 'validation_error', '/url'],
  ['too much', Buffer.alloc(5_001, 0x20), 'payload_too_large', undefined],
  [
    'a custom_id that is taken',
    Buffer.from(JSON.stringify(makePost('taken', { tag: 'other' }))),
    'duplicate_custom_id',
    '/custom_id',
  ],
];

test('what is no valid request goes to the dead letters with its reason, what follows is stored', async () => {
  const deadLetters = await broker.makeQueue();
  await start({ RABBITMQ_DEAD_LETTER_QUEUE: deadLetters, BODY_LIMIT_BYTES: 5_000 });
  await put(makePost('taken'));
  await waitForEnds(1);
  await put(...refused.map(([, content]) => content), makePost('after'));
  expect(await waitForEnds(refused.length + 2)).toEqual({ stored: 2, dead_lettered: refused.length });
  const letters = await readQueue(channel, deadLetters, refused.length);
  for (const [what, content, code, pointer] of refused) {
    const letter = letters.find((candidate) => candidate.content.equals(content));
    expect([what, letter?.properties.headers]).toMatchObject([
      what,
      {
        own: 'yes',
        'x-batcher-queue': queue,
        'x-batcher-reason-code': code,
        'x-batcher-reason': expect.stringMatching(/\w/),
        ...(pointer === undefined ? {} : { 'x-batcher-reason-pointer': pointer }),
      },
    ]);
    expect(letter?.properties.messageId).toBe('from-the-producer');
  }
  expect(await countMessages(channel, queue)).toBe(0);
});

test('without a queue for dead letters it is rejected, for the queue to place', async () => {
  const graveyard = await broker.makeQueue();
  const placing = `${queue}-placing`;
  await channel.assertQueue(placing, { deadLetterExchange: '', deadLetterRoutingKey: graveyard });
  queue = placing;
  await start({ BODY_LIMIT_BYTES: 5_000 });
  await put(makePost('taken'));
  await waitForEnds(1);
  await put(...refused.map(([, content]) => content), makePost('after'));
  const ends = await waitForEnds(refused.length + 2);
  expect(ends).toEqual({ stored: 2, rejected: refused.length - 1, conflict: 1 });
  await readQueue(channel, graveyard, refused.length - 1);
  expect(await countMessages(channel, placing)).toBe(0);
  await channel.deleteQueue(placing);
});

test('dead letters that cannot be handed over leave the message where it was', async () => {
  await start({ RABBITMQ_DEAD_LETTER_QUEUE: `${queue}-missing` });
  await put('no request');
  await until(() => running.service.broker?.input?.standing.state === 'resting');
  expect(running.service.broker?.input?.standing.reason).toMatch(/dead letter .* returned/);
  await running.service.broker?.input?.stop();
  await until(async () => (await countMessages(channel, queue)) === 1);
});

test('a store that fails puts everything back and rests longer each time, then all is stored', async () => {
  const { folder, url } = await start({ RETRY_FASTER: 10 });
  const db = new DatabaseSync(join(folder, 'service.db'), { timeout: 5_000 });
  db.exec(`create trigger broken before insert on requests begin select raise(abort, 'disk I/O error'); end`);
  const rests: number[] = [];
  const { log } = running.service.ctx;
  log.warn = ((line: { event: string; pauseMs: number }) => {
    if (line.event === 'input_rests') rests.push(line.pauseMs);
  }) as typeof log.warn;
  await put(...Array.from({ length: 50 }, (_, n) => makePost(`r${n}`)));
  await until(() => rests.length >= 4);
  for (const [index, pause] of rests.slice(1, 4).entries()) expect(pause).toBeGreaterThan(rests[index] ?? 0);
  expect(await inputEnds()).toEqual([]);
  db.exec('drop trigger broken');
  db.close();
  expect(await waitForEnds(50)).toEqual({ stored: 50 });
  expect((await listAll(await openApi(url))).length).toBe(50);
});

test('while intake is paused nothing is taken, afterwards everything', async () => {
  const { url } = await start();
  const api = await openApi(url);
  await waitForConsumer();
  await api.call('POST', '/api/intake/pause');
  await put(makePost('one'), makePost('two'));
  await until(() => running.service.broker?.input?.standing.state === 'resting');
  await until(async () => (await countMessages(channel, queue)) === 2);
  expect((await api.call('GET', '/ready')).json).toMatchObject({
    ready: true,
    checks: { rabbitmq: 'input resting' },
  });
  expect((await api.call('GET', '/api/broker')).json.input).toMatchObject({
    queue,
    state: 'resting',
    reason: expect.stringContaining('paused'),
  });
  await api.call('POST', '/api/intake/resume');
  expect(await waitForEnds(2)).toEqual({ stored: 2 });
});

test('it holds as many as RABBITMQ_PREFETCH says, and the rest stays with the broker', async () => {
  const { folder } = await start({ RABBITMQ_PREFETCH: 7 });
  await waitForConsumer();
  const db = new DatabaseSync(join(folder, 'service.db'), { timeout: 5_000 });
  db.exec('begin immediate');
  await put(...Array.from({ length: 20 }, (_, n) => makePost(`r${n}`)));
  await until(async () => (await countMessages(channel, queue)) === 13);
  db.exec('rollback');
  db.close();
  expect(await waitForEnds(20)).toEqual({ stored: 20 });
});

test('large messages make it take fewer at once, and all are stored', async () => {
  await start();
  const text = 'x'.repeat(1_000_000);
  await put(
    ...Array.from({ length: 120 }, (_, n) =>
      makePost(`big${n}`, { body: { model: 'gpt-5-mini', input: text } }),
    ),
  );
  expect(await waitForEnds(120)).toMatchObject({ stored: 120 });
  await until(async () => (await countMessages(channel, queue)) === 0);
});

test('an input queue that is not there is waited for, or made when RABBITMQ_DECLARE says so', async () => {
  queue = `${queue}-later`;
  await start();
  await until(() => running.service.broker?.input?.standing.state === 'resting');
  const other = await broker.openChannel();
  await other.assertQueue(queue);
  await put(makePost('late'));
  expect(await waitForEnds(1)).toEqual({ stored: 1 });
  await other.deleteQueue(queue);
  await until(() => running.service.broker?.input?.standing.state === 'resting');
  await running.stop();
  await start({ RABBITMQ_DECLARE: 'true' });
  await waitForConsumer();
  await put(makePost('made'));
  expect(await waitForEnds(1)).toEqual({ stored: 1 });
  await running.stop();
  await other.deleteQueue(queue);
});

async function waitForConsumer(): Promise<void> {
  await until(() => running.service.broker?.input?.standing.state === 'consuming');
}
