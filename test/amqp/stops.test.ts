/** Stops, asked for and not, while messages are taken: what is acknowledged is stored, the rest is still in the queue. */
import { rmSync } from 'node:fs';
import type { Channel } from 'amqplib';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { countMessages } from '../broker/read-queue.ts';
import { type SharedBroker, useSharedBroker } from '../broker/shared-broker.ts';
import { openApi } from '../call-api.ts';
import { listAll } from '../list-all.ts';
import { makePost } from '../make-post.ts';
import { readMetrics } from '../read-metrics.ts';
import { type ChildService, startChildService } from '../start-child-service.ts';
import { makeFolder } from '../start-test-service.ts';
import { until } from '../until.ts';

const count = 3_000;
let broker: SharedBroker;
let channel: Channel;
let queue: string;
let folder: string;

beforeAll(async () => {
  broker = await useSharedBroker();
  channel = await broker.openChannel();
}, 180_000);
afterAll(() => broker.close());
beforeEach(async () => {
  folder = makeFolder();
  queue = await broker.makeQueue();
  const producer = await broker.connection.createConfirmChannel();
  for (let n = 0; n < count; n++) producer.sendToQueue(queue, Buffer.from(JSON.stringify(makePost(`r${n}`))));
  await producer.waitForConfirms();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Each commit takes longer, so that a stop finds many messages on their way. */
const start = (delayMs: number): Promise<ChildService> =>
  startChildService(folder, {
    RABBITMQ_URL: broker.url,
    RABBITMQ_INPUT_QUEUE: queue,
    FSYNC_DELAY_MS: delayMs,
  });

async function readEnds(service: ChildService): Promise<{ stored: number; known: number }> {
  const samples = readMetrics(await (await fetch(`${service.url}/metrics`)).text());
  const read = (end: string) => samples.get(`openai_batch_manager_input_messages_total{end="${end}"}`) ?? 0;
  return { stored: read('stored'), known: read('known') };
}

const storedIn = async (service: ChildService) =>
  new Set((await listAll(await openApi(service.url))).map((row) => row.custom_id));

test('SIGKILL three times: every message is stored, none twice', async () => {
  let acknowledged = 0;
  for (let kill = 1; kill <= 3; kill++) {
    const service = await start(60);
    await until(async () => (await readEnds(service)).stored >= 300);
    await service.kill();
    // What the dead one held comes back when the broker has noticed.
    await until(async () => (await channel.checkQueue(queue)).consumerCount === 0);
    acknowledged = count - (await countMessages(channel, queue));
  }
  expect(acknowledged).toBeGreaterThan(300);
  const last = await start(0);
  await until(async () => (await countMessages(channel, queue)) === 0);
  await until(async () => (await storedIn(last)).size === count);
  // Those stored by one that died before it could acknowledge are known to the next.
  await until(async () => {
    const { stored, known } = await readEnds(last);
    return stored + known === count - acknowledged;
  });
  await last.stop();
});

test('SIGTERM: what is on its way is stored and acknowledged, nothing comes twice', async () => {
  const first = await start(60);
  await until(async () => (await readEnds(first)).stored >= 500);
  const { code, ms } = await first.stop();
  expect([code, ms < 10_000]).toEqual([0, true]);
  const left = await countMessages(channel, queue);
  expect(left).toBeGreaterThan(0);
  const second = await start(0);
  await until(async () => (await storedIn(second)).size === count);
  await until(async () => (await readEnds(second)).stored === left);
  expect(await readEnds(second)).toEqual({ stored: left, known: 0 });
  await second.stop();
});
