/** The connection to a broker: fail-over, TLS, losses of every kind, and what each means for the message on its way. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Channel, Parcel } from '../../server/channels/port.ts';
import { RabbitmqChannel } from '../../server/channels/rabbitmq/channel.ts';
import { systemClock } from '../../server/engine/clock.ts';
import { someDestination } from '../channels/describe-channel.ts';
import { until } from '../until.ts';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';
import { openLink } from './open-link.ts';
import { type OwnBroker, startOwnBroker } from './own-broker.ts';
import { countMessages, receiveAll } from './read-queue.ts';
import { type SharedBroker, useBroker } from './shared-broker.ts';

let own: OwnBroker;
let broker: SharedBroker;
let proxy: CuttingProxy;

beforeAll(async () => {
  own = await startOwnBroker();
  broker = await useBroker(own.url);
  proxy = await startCuttingProxy(own.port);
}, 180_000);
afterAll(async () => {
  await broker?.close();
  await proxy?.close();
  await own?.remove();
});

type Open = ReturnType<typeof openLink> & { readonly channel: Channel };

function open(urls: readonly string[], change: Parameters<typeof openLink>[1] = {}): Open {
  const opened = openLink(urls, change);
  onTestFinished(() => opened.link.stop());
  return { ...opened, channel: new RabbitmqChannel(opened.publisher, systemClock) };
}

const through = () => `amqp://guest:guest@127.0.0.1:${proxy.port}`;
/** Longer than any test. */
const limitMs = 60_000;

const parcel = (queue: string, n: number, attempt = 1, answerTimeoutMs = 10_000): Parcel => ({
  deliveryId: `out_${n}`,
  requestId: n,
  customId: `r${n}`,
  outcome: 'succeeded',
  attempt,
  content: Buffer.from(`{"n":${n},"text":"${'x'.repeat(500)}"}`),
  target: { type: 'rabbitmq', rabbitmq_queue: queue },
  destination: { ...someDestination, policy: { ...someDestination.policy, answerTimeoutMs } },
});

/** Sends all, 200 at a time, and again whatever failed, as the schedule does. @returns the words of the failures */
async function deliverAll(
  channel: Channel,
  queue: string,
  isEnough: (sent: number) => boolean,
): Promise<{ failures: Map<string, number>; count: number }> {
  const failures = new Map<string, number>();
  let next = 0;
  const sender = async () => {
    while (!isEnough(next)) {
      const n = next++;
      for (let attempt = 1; ; attempt++) {
        const { outcome } = await channel.send(parcel(queue, n, attempt), limitMs);
        if (outcome === 'success') break;
        failures.set(outcome, (failures.get(outcome) ?? 0) + 1);
        await systemClock.pause(20);
      }
    }
  };
  await Promise.all(Array.from({ length: 200 }, sender));
  return { failures, count: next };
}

async function expectAll(queue: string, count: number): Promise<number> {
  const receiver = await receiveAll(broker.connection, queue);
  await until(() => receiver.ids.size >= count);
  expect([...receiver.ids.keys()].toSorted()).toEqual(
    Array.from({ length: count }, (_, n) => `out_${n}`).toSorted(),
  );
  await receiver.close();
  return receiver.repeats();
}

test('the first address that answers is used', async () => {
  const { link, channel } = open(['amqp://127.0.0.1:9', own.url]);
  await until(() => link.standing.state === 'connected');
  expect(link.standing).toMatchObject({ broker: `127.0.0.1:${own.port}`, reason: null });
  const queue = await broker.makeQueue();
  expect((await channel.send(parcel(queue, 1), limitMs)).outcome).toBe('success');
});

const wrongAddresses: [string, () => string, string][] = [
  ['a password that is wrong', () => own.url.replace(':guest@', ':wrong@'), 'authorization_error'],
  ['a virtual host that is none', () => `${own.url}/nowhere`, 'authorization_error'],
  ['a name that is none', () => 'amqp://no-such-host.invalid', 'dns_error'],
  ['nobody', () => 'amqp://127.0.0.1:9', 'connection_refused'],
  ['no TLS at the other end', () => own.url.replace('amqp:', 'amqps:'), 'tls_error'],
];

test.each(wrongAddresses)('%s has its word, and no secret in it', async (_what, url, outcome) => {
  const { link, channel } = open([url()]);
  await until(() => link.standing.state === 'waiting');
  const result = await channel.send(parcel('q', 1), limitMs);
  expect([result.outcome, link.standing.reason]).toEqual([outcome, expect.stringMatching(/\w/)]);
  expect(`${result.error} ${link.standing.reason} ${link.standing.broker}`).not.toMatch(/wrong@|guest/);
});

test('a virtual host of its own', async () => {
  await own.ctl('add_vhost', 'a/b');
  await own.ctl('set_permissions', '-p', 'a/b', 'guest', '.*', '.*', '.*');
  const { link } = open([`${own.url}/a%2Fb`]);
  await until(() => link.standing.state === 'connected');
  expect(link.standing.broker).toBe(`127.0.0.1:${own.port}/a/b`);
});

test('TLS with an authority and a certificate of our own, and not without', async () => {
  const pem = (name: string) => readFileSync(join(import.meta.dirname, 'certificates', name), 'utf8');
  const server = createTlsServer(
    { key: pem('server.key'), cert: pem('server.pem'), ca: pem('ca.pem'), requestCert: true },
    (socket) => {
      const inner = connectTcp(own.port, '127.0.0.1');
      for (const side of [socket, inner]) side.on('error', () => {});
      socket.pipe(inner).pipe(socket);
    },
  );
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `amqps://guest:guest@localhost:${(server.address() as AddressInfo).port}`;
  const tls = { ca: pem('ca.pem'), cert: pem('client.pem'), key: pem('client.key') };
  const { link, channel } = open([url], { tls });
  await until(() => link.standing.state === 'connected');
  const queue = await broker.makeQueue();
  expect((await channel.send(parcel(queue, 1), limitMs)).outcome).toBe('success');
  const unknown = open([url], { tls: { ca: null, cert: null, key: null } });
  await until(() => unknown.link.standing.state === 'waiting');
  expect((await unknown.channel.send(parcel(queue, 2), limitMs)).outcome).toBe('tls_error');
});

test('a connection that is cut in the middle of a window: every message at least once', async () => {
  const { channel } = open([through()]);
  const queue = await broker.makeQueue();
  proxy.afterBytes(200_000, () => proxy.cut());
  const { failures } = await deliverAll(channel, queue, (sent) => sent >= 1_000);
  expect([...failures.keys()]).toEqual(['connection_error']);
  const repeats = await expectAll(queue, 1_000);
  expect(repeats).toBeLessThanOrEqual(200);
});

test('the broker closes every connection in the middle of a window', async () => {
  const { channel, link } = open([own.url]);
  const queue = await broker.makeQueue();
  await until(() => link.standing.state === 'connected');
  const before = link.connection;
  const wasLost = () => link.connection !== null && link.connection !== before;
  const sending = deliverAll(channel, queue, (sent) => wasLost() && sent >= 1_000);
  // It closes the connection of this test as well.
  await own.ctl('close_all_connections', 'maintenance');
  broker = await useBroker(own.url);
  const { failures, count } = await sending;
  expect([...failures.keys()]).toEqual(['connection_error']);
  await expectAll(queue, count);
});

test('a broker that says nothing any more: late, and well again afterwards', async () => {
  const { channel, link } = open([through()]);
  const queue = await broker.makeQueue();
  expect((await channel.send(parcel(queue, 1), limitMs)).outcome).toBe('success');
  proxy.swallow();
  const late = await Promise.all([2, 3].map((n) => channel.send(parcel(queue, n, 1, 300), limitMs)));
  expect(late.map(({ outcome }) => outcome)).toEqual(['timeout', 'timeout']);
  // Nor does it open a channel.
  expect((await channel.send(parcel(queue, 4, 1, 300), limitMs)).outcome).toBe('timeout');
  proxy.allow();
  proxy.cut();
  await until(() => link.standing.state !== 'connected');
  await until(() => link.standing.state === 'connected');
  expect((await channel.send(parcel(queue, 2), limitMs)).outcome).toBe('success');
});

test('a queue that hangs, however often it is tried, takes nothing from its neighbours', async () => {
  const { channel } = open([own.url]);
  const [ill, well] = await Promise.all([broker.makeQueue(), broker.makeQueue()]);
  await own.holdQueue(ill, true);
  // Nobody can remove a queue that stands still.
  onTestFinished(() => own.holdQueue(ill, false));
  const tries = 1_200;
  for (let n = 0; n < tries; n += 50) {
    const wave = Array.from({ length: 50 }, (_, k) => channel.send(parcel(ill, n + k, 1, 30), limitMs));
    const ends = (await Promise.all(wave)).map(({ outcome }) => outcome);
    expect([...new Set(ends)]).toEqual(['timeout']);
  }
  const sent = await Promise.all(
    Array.from({ length: 500 }, (_, n) => channel.send(parcel(well, n), limitMs)),
  );
  expect([...new Set(sent.map(({ outcome }) => outcome))]).toEqual(['success']);
  await own.holdQueue(ill, false);
  expect((await channel.send(parcel(ill, tries), limitMs)).outcome).toBe('success');
  expect(await expectAll(well, 500)).toBe(0);
});

test('an alarm for memory: blocked, with its own word, and well again when it is over', async () => {
  const { channel, link } = open([own.url]);
  const queue = await broker.makeQueue();
  expect((await channel.send(parcel(queue, 1), limitMs)).outcome).toBe('success');
  await own.ctl('set_vm_memory_high_watermark', '0.00001');
  onTestFinished(async () => {
    await own.ctl('set_vm_memory_high_watermark', '0.4');
  });
  // The broker blocks whoever publishes, and says so then.
  let n = 100;
  await until(async () => {
    await channel.send(parcel(queue, n++), limitMs);
    return link.standing.state === 'blocked';
  });
  expect(link.standing.reason).toMatch(/memory/);
  const startedAt = performance.now();
  const refused = await Promise.all([2, 3, 4].map((n) => channel.send(parcel(queue, n), limitMs)));
  expect(refused.map(({ outcome }) => outcome)).toEqual(Array(3).fill('broker_blocked'));
  // At once: a blocked broker holds up nobody else.
  expect(performance.now() - startedAt).toBeLessThan(limitMs / 2);
  await own.ctl('set_vm_memory_high_watermark', '0.4');
  await until(() => link.standing.state === 'connected');
  expect((await channel.send(parcel(queue, 2), limitMs)).outcome).toBe('success');
});

test('a queue that is full refuses by a nack, an exchange that goes away is missed, both are well afterwards', async () => {
  const { channel } = open([own.url]);
  const admin = await broker.openChannel();
  const full = `full-${randomBytes(4).toString('hex')}`;
  await admin.assertQueue(full, { maxLength: 1, overflow: 'reject-publish' });
  await channel.send(parcel(full, 1), limitMs);
  await channel.send(parcel(full, 2), limitMs);
  expect((await channel.send(parcel(full, 3), limitMs)).outcome).toBe('nacked');
  await admin.purgeQueue(full);
  expect((await channel.send(parcel(full, 3), limitMs)).outcome).toBe('success');

  const exchange = `exchange-${randomBytes(4).toString('hex')}`;
  await admin.assertExchange(exchange, 'topic');
  await admin.bindQueue(full, exchange, 'a.*');
  const target = { type: 'rabbitmq', rabbitmq_exchange: exchange, rabbitmq_routing_key: 'a.b' };
  await admin.purgeQueue(full);
  const send = async () => (await channel.send({ ...parcel(full, 4), target }, limitMs)).outcome;
  expect(await send()).toBe('success');
  await admin.deleteExchange(exchange);
  expect([await send(), await send()]).toEqual(['exchange_not_found', 'exchange_not_found']);
  await admin.assertExchange(exchange, 'topic');
  await admin.bindQueue(full, exchange, 'a.*');
  await admin.purgeQueue(full);
  expect(await send()).toBe('success');
});

test('queues are declared as quorum queues when that is wanted, and those that are there stay as they are', async () => {
  const { channel } = open([own.url], { declare: true });
  const made = `made-${randomBytes(4).toString('hex')}`;
  expect((await channel.send(parcel(made, 1), limitMs)).outcome).toBe('success');
  expect(await own.ctl('list_queues', '-q', 'name', 'type', 'durable')).toMatch(`${made}\tquorum\ttrue`);
  const classic = await broker.makeQueue();
  expect((await channel.send(parcel(classic, 1), limitMs)).outcome).toBe('success');
  const admin = await broker.openChannel();
  await admin.deleteQueue(made);
  expect((await channel.send(parcel(made, 2), limitMs)).outcome).toBe('queue_not_found');
  expect((await channel.send(parcel(made, 2), limitMs)).outcome).toBe('success');
  expect(await countMessages(admin, made)).toBe(1);
});

test('a broker that does not say whether a queue is made takes no longer than the limit', async () => {
  const { channel, link } = open([through()], { declare: true });
  await until(() => link.standing.state === 'connected');
  proxy.swallow();
  const names = [1, 2].map((n) => `unmade-${n}-${randomBytes(4).toString('hex')}`);
  const ends = await Promise.all(names.map((name) => channel.send(parcel(name, 1, 1, 300), limitMs)));
  expect(ends.map(({ outcome }) => outcome)).toEqual(['timeout', 'timeout']);
  proxy.allow();
  proxy.cut();
  await until(() => link.standing.state !== 'connected');
  await until(() => link.standing.state === 'connected');
  const [name = ''] = names;
  expect((await channel.send(parcel(name, 1), limitMs)).outcome).toBe('success');
});

test('a hundred exchanges leave few channels open', async () => {
  const { channel, link } = open([own.url]);
  const admin = await broker.openChannel();
  const names = Array.from({ length: 100 }, (_, n) => `many-${n}`);
  for (const name of names) await admin.assertExchange(name, 'fanout', { autoDelete: false });
  for (const name of names) {
    const target = { type: 'rabbitmq', rabbitmq_exchange: name, rabbitmq_routing_key: '' };
    expect((await channel.send({ ...parcel('', 1), target }, limitMs)).outcome).toBe('unroutable');
  }
  expect(link.standing.state).toBe('connected');
  await until(async () => {
    const listed: string = await own.ctl('list_channels', '-q', 'name', 'confirm');
    return listed.split('\n').filter((line) => line.endsWith('true')).length <= 40;
  });
});
