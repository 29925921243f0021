/** A producer's own headers for RabbitMQ: checked at the door, kept with the request, sent with every attempt. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeliveryConfig } from '../../core/delivery.ts';
import { readQueue } from '../broker/read-queue.ts';
import { type SharedBroker, useSharedBroker } from '../broker/shared-broker.ts';
import { makePost } from '../make-post.ts';
import { startTestService, type TestService } from '../start-test-service.ts';
import { until } from '../until.ts';
import { call, makeOutcomes } from './make-outcomes.ts';

let broker: SharedBroker;
let queue: string;
let running: TestService;
beforeAll(async () => {
  broker = await useSharedBroker();
  queue = await broker.makeQueue();
  running = await startTestService({ RABBITMQ_URL: broker.url });
}, 180_000);
afterAll(async () => {
  await running.stop();
  await broker.close();
});

const shown = async (name: string) =>
  (await call(running.url, 'GET', `/api/requests/${name}`)) as {
    state: string;
    delivery_config: DeliveryConfig;
    delivery_attempts: { delivery_config: DeliveryConfig }[];
  };

test('they are sent over a queue and over an exchange, at a redelivery too, and none replaces one of ours', async () => {
  const channel = await broker.openChannel();
  const key = `${queue}.key`;
  await channel.bindQueue(queue, 'amq.topic', key);
  const headers = { tenant: 'kiwi', 'X-Größe': 'süß\n2', 'x-team': 'mine' };
  const targets: DeliveryConfig[] = [
    { type: 'rabbitmq', rabbitmq_queue: queue, rabbitmq_headers: headers },
    {
      type: 'rabbitmq',
      rabbitmq_exchange: 'amq.topic',
      rabbitmq_routing_key: key,
      rabbitmq_headers: headers,
    },
    { type: 'rabbitmq', rabbitmq_queue: queue },
  ];
  const target = (n: number) => targets[n] ?? { type: 'none' as const };
  await makeOutcomes(running.url, targets.length, target, 'with');
  const sent = await readQueue(channel, queue, targets.length);
  const byName = new Map(
    sent.map(({ content, properties }) => [JSON.parse(content.toString()).custom_id, properties.headers]),
  );
  expect(byName.get('with0')).toMatchObject({ ...headers, 'x-batcher-outcome': 'cancelled' });
  expect(byName.get('with1')).toMatchObject(headers);
  expect(byName.get('with2')).not.toHaveProperty('tenant');
  await until(async () => (await shown('with0')).state === 'delivered');
  const { delivery_config, delivery_attempts } = await shown('with0');
  expect([delivery_config, delivery_attempts[0]?.delivery_config]).toEqual([targets[0], targets[0]]);

  // Headers are no part of a destination; those that the operator set on it win.
  const { data } = (await call(running.url, 'GET', '/api/destinations')) as {
    data: { id: number; address: string }[];
  };
  expect(data).toHaveLength(2);
  const id = data.find(({ address }) => address === `queue ${queue}`)?.id;
  await call(running.url, 'PATCH', `/api/destinations/${id}`, { body: { headers: { 'x-team': 'theirs' } } });
  await call(running.url, 'POST', '/api/requests/with0/redeliver');
  const [again] = await readQueue(channel, queue, 1);
  expect(again?.properties.headers).toMatchObject({ tenant: 'kiwi', 'x-team': 'theirs' });
});

test.each<[headers: string, pointer: string]>([
  ['{"idempotency-key":"x"}', '/idempotency-key'],
  ['{"X-Batcher-Outcome":"x"}', '/X-Batcher-Outcome'],
  ['{"CC":"elsewhere"}', '/CC'],
  ['{"BCC":"elsewhere"}', '/BCC'],
  ['{"":"x"}', '/'],
  [`{"${'ü'.repeat(128)}":"x"}`, `/${'ü'.repeat(128)}`],
  ['{"a/b":"\\u0000"}', '/a~1b'],
  ['{"a":"\\ud800"}', '/a'],
  ['{"a":"1","a":"2"}', '/a'],
  ['{"a":1}', '/a'],
  ['[]', ''],
])('%s is refused', async (headers, pointer) => {
  const delivery_config = { type: 'rabbitmq', rabbitmq_queue: queue, rabbitmq_headers: 'HERE' };
  const body = JSON.stringify(makePost('refused', { delivery_config })).replace('"HERE"', headers);
  const posted = call(running.url, 'POST', '/api/requests', { body });
  const said = await posted.then(
    () => 'taken',
    (error: Error) => error.message,
  );
  expect(said).toContain('422');
  expect(said).toContain(JSON.stringify(`/delivery_config/rabbitmq_headers${pointer}`));
});

test('they belong to RabbitMQ alone', async () => {
  const delivery_config = { type: 'none', rabbitmq_headers: {} };
  const body = makePost('alone', { delivery_config });
  await expect(call(running.url, 'POST', '/api/requests', { body })).rejects.toThrow(
    /does not belong to type/,
  );
});
