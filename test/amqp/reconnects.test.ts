/** A broker that is not there, goes and comes back: HTTP goes on, and there is one consumer, never two. */

import type { Channel } from 'amqplib';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type CuttingProxy, startCuttingProxy } from '../broker/cutting-proxy.ts';
import { type SharedBroker, useSharedBroker } from '../broker/shared-broker.ts';
import { type Api, openApi } from '../call-api.ts';
import { makePost } from '../make-post.ts';
import { readMetrics } from '../read-metrics.ts';
import { startTestService, type TestService } from '../start-test-service.ts';
import { until } from '../until.ts';

let broker: SharedBroker;
let channel: Channel;
let proxy: CuttingProxy;
let queue: string;
let running: TestService;
let api: Api;

beforeAll(async () => {
  broker = await useSharedBroker();
  channel = await broker.openChannel();
}, 180_000);
afterAll(() => broker.close());
beforeEach(async () => {
  queue = await broker.makeQueue();
  proxy = await startCuttingProxy(Number(new URL(broker.url).port || 5672));
});
afterEach(async () => {
  await running.stop();
  await proxy.close();
});

async function start(): Promise<void> {
  const { username, password } = new URL(broker.url);
  running = await startTestService({
    RABBITMQ_URL: `amqp://${username || 'guest'}:${password || 'guest'}@127.0.0.1:${proxy.port}`,
    RABBITMQ_INPUT_QUEUE: queue,
    RETRY_FASTER: 100,
  });
  api = await openApi(running.url);
}

const consumers = async () => (await channel.checkQueue(queue)).consumerCount;
const isStored = async (id: string) =>
  (await api.call('GET', `/api/requests/${encodeURIComponent(id)}`)).status === 200;
const readiness = async () => (await api.call('GET', '/ready')).json;

test('without a broker HTTP goes on and says so; when it comes, its messages are taken', async () => {
  proxy.refuse();
  await start();
  expect((await api.call('POST', '/api/requests', { body: makePost('meanwhile') })).status).toBe(202);
  const toBroker = makePost('for later', { delivery_config: { type: 'rabbitmq', rabbitmq_queue: 'x' } });
  expect((await api.call('POST', '/api/requests', { body: toBroker })).status).toBe(202);
  await until(() => running.service.broker?.consuming?.standing.state === 'waiting');
  await until(() => running.service.broker?.publishing.standing.state === 'waiting');
  const { ready, checks } = await readiness();
  expect([ready, checks.rabbitmq]).toEqual([true, expect.stringMatching(/^publishing \w+, consuming \w+$/)]);
  const view = (await api.call('GET', '/api/broker')).json;
  expect(view).toMatchObject({ configured: true, consuming: { broker: `127.0.0.1:${proxy.port}` } });
  const down = readMetrics((await api.call('GET', '/metrics')).text);
  expect(down.get('openai_batch_manager_broker_connected{role="consuming"}')).toBe(0);

  channel.sendToQueue(queue, Buffer.from(JSON.stringify(makePost('by queue'))));
  proxy.allow();
  await until(() => isStored('by queue'));
  await until(async () => (await readiness()).checks.rabbitmq === 'connected');
});

test('after 25 losses there is one consumer, and at no time there were two', async () => {
  await start();
  const seen = new Set<number>();
  for (let loss = 0; loss < 25; loss++) {
    await until(async () => {
      const count = await consumers();
      seen.add(count);
      return count === 1 && proxy.open() === 2;
    });
    channel.sendToQueue(queue, Buffer.from(JSON.stringify(makePost(`after ${loss}`))));
    if (loss % 5 === 0) proxy.refuse();
    proxy.cut();
    await until(() => running.service.broker?.input?.standing.state !== 'consuming');
    proxy.allow();
  }
  await until(async () => (await consumers()) === 1);
  expect(Math.max(...seen)).toBe(1);
  await until(() => isStored('after 24'));
  for (let loss = 0; loss < 25; loss++) expect(await isStored(`after ${loss}`)).toBe(true);
  expect(await consumers()).toBe(1);
});

test('a queue that is removed under the consumer, and made again', async () => {
  await start();
  await until(async () => (await consumers()) === 1);
  await channel.deleteQueue(queue);
  await until(() => running.service.broker?.input?.standing.state === 'resting');
  await channel.assertQueue(queue);
  channel.sendToQueue(queue, Buffer.from(JSON.stringify(makePost('again'))));
  await until(() => isStored('again'));
  expect(await consumers()).toBe(1);
});
