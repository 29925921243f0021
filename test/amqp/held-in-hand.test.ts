/**
 * A store that fails while messages of a quorum queue are in hand. Each time they are put back counts as a failed delivery,
 * and RabbitMQ 4 drops what has failed 20 times; so they stay in hand.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { startCuttingProxy } from '../broker/cutting-proxy.ts';
import { openApi } from '../call-api.ts';
import { listAll } from '../list-all.ts';
import { makePost } from '../make-post.ts';
import { MovedClock } from '../moved-clock.ts';
import { until } from '../until.ts';
import { InputLine } from './input-line.ts';

const minute = 60_000;
/** What RabbitMQ 4 takes where nothing is said. */
const deliveryLimit = 20;
const posts = Array.from({ length: 50 }, (_, n) => makePost(`r${n}`));

let line: InputLine;
let clock: MovedClock;
beforeAll(async () => {
  line = await InputLine.open();
}, 180_000);
afterAll(() => line.close());
beforeEach(async () => {
  clock = new MovedClock();
  await line.makeQueue({ arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': deliveryLimit } });
});
afterEach(() => clock.moveUntil(line.running.stop(), minute));

const rests = () => line.logged('input_rests');
const opened = () => line.logged('input_open');

/** Waits for the rest of that number, the first being 1, and lets it pass. */
async function passRest(number: number): Promise<void> {
  await until(() => rests().length >= number);
  clock.move(rests()[number - 1]?.pauseMs ?? 0);
}

async function expectAllStored(): Promise<string[]> {
  expect(await line.waitForEnds(posts.length)).toEqual({ stored: posts.length });
  const rows = await listAll(await openApi(line.running.url));
  const ids = rows.toSorted((one, other) => one.id - other.id).map(({ custom_id }) => custom_id);
  expect(ids.toSorted()).toEqual(posts.map(({ custom_id }) => custom_id).toSorted());
  // Not even in somebody's hands.
  await line.input.stop();
  await until(async () => (await line.consumers()) === 0);
  expect(await line.ready()).toBe(0);
  return ids;
}

test('over 27 rests nothing is put back, and then all is stored in its order', async () => {
  await line.start({}, { clock });
  await line.waitForConsumer();
  const repair = line.breakStore();
  await line.put(...posts);
  for (let number = 1; number <= 27; number++) await passRest(number);
  await until(() => rests().length === 28);
  const pauses = rests().map(({ pauseMs }) => pauseMs);
  for (const [index, pause] of pauses.slice(1, 5).entries())
    expect(pause).toBeGreaterThan(pauses[index] ?? 0);
  expect(Math.min(...pauses.slice(6))).toBeGreaterThanOrEqual(24_000);
  expect(await line.ends()).toEqual({});
  // One try for each rest, not more.
  const { values } = await line.running.service.ctx.metrics.requestsRefused.get();
  const refusals = values.reduce((sum, { value }) => sum + value, 0);
  expect(refusals).toBeLessThanOrEqual(posts.length * rests().length);
  repair();
  await passRest(28);
  expect(await expectAllStored()).toEqual(posts.map(({ custom_id }) => custom_id));
  expect(opened().length).toBe(1);
});

test('after a quarter of an hour they are put back, for whoever has a better store', async () => {
  await line.start({}, { clock });
  await line.waitForConsumer();
  const repair = line.breakStore();
  await line.put(...posts);
  let number = 0;
  while (opened().length < 3) {
    await until(() => rests().length > number || opened().length === 3);
    if (rests().length > number) await passRest(++number);
  }
  for (const [index, { at }] of opened().slice(1).entries()) {
    const heldMs = at - (opened()[index]?.at ?? 0);
    expect(heldMs).toBeGreaterThanOrEqual(15 * minute);
    // Well within the half hour after which RabbitMQ ends the channel itself.
    expect(heldMs).toBeLessThanOrEqual(17 * minute);
  }
  repair();
  await clock.moveUntil(line.waitForEnds(posts.length), 1_000);
  await expectAllStored();
});

test('a stop does not wait for the store: what is in hand is in the queue again', async () => {
  await line.start({}, { clock });
  await line.waitForConsumer();
  const repair = line.breakStore();
  await line.put(...posts);
  await passRest(1);
  await until(() => rests().length === 2);
  await line.input.stop();
  await until(async () => (await line.ready()) === posts.length);
  expect(await line.consumers()).toBe(0);
  repair();
});

test('a broker that is lost meanwhile hands them out again, to one consumer', async () => {
  const { port, username, password } = new URL(line.broker.url);
  const proxy = await startCuttingProxy(Number(port || 5672));
  onTestFinished(() => proxy.close());
  const url = `amqp://${username || 'guest'}:${password || 'guest'}@127.0.0.1:${proxy.port}`;
  await line.start({ RABBITMQ_URL: url, RETRY_FASTER: 20 });
  await line.waitForConsumer();
  const repair = line.breakStore();
  await line.put(...posts);
  await until(() => rests().some(({ inHand }) => inHand === posts.length));
  for (let loss = 1; loss <= 3; loss++) {
    const before = rests().length;
    proxy.cut();
    await until(() => opened().length === 1 + loss);
    await until(() =>
      rests()
        .slice(before)
        .some(({ inHand }) => inHand === posts.length),
    );
  }
  expect(await line.consumers()).toBe(1);
  repair();
  await expectAllStored();
});

test('no more than some 32 MB stay in hand, however many messages may', async () => {
  // A quorum queue counts a consumer that has left as long as something is in its hands.
  await line.makeQueue();
  const count = 120;
  await line.start({}, { clock });
  await line.waitForConsumer();
  const repair = line.breakStore();
  const body = { model: 'gpt-5-mini', input: 'x'.repeat(1_000_000) };
  await line.put(...Array.from({ length: count }, (_, n) => makePost(`big${n}`, { body })));
  await passRest(1);
  // It wants no more, or has all.
  await until(async () => (await line.consumers()) === 0 || (await line.ready()) === 0);
  await passRest(2);
  await until(() => rests().length === 3);
  expect(rests()[2]?.inHand).toBeGreaterThan(20);
  expect(rests()[2]?.inHand).toBeLessThanOrEqual(40);
  repair();
  await passRest(3);
  expect(await line.waitForEnds(count)).toEqual({ stored: count });
  await until(async () => (await line.ready()) === 0);
  expect(opened().length).toBeGreaterThan(1);
});
