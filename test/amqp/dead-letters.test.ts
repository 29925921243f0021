/** Messages that are no valid request: each is set aside once, with the reason, and holds nobody up. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Lookup } from '../../server/channels/network-guard.ts';
import { readQueue } from '../broker/read-queue.ts';
import { makePost } from '../make-post.ts';
import { until } from '../until.ts';
import { InputLine } from './input-line.ts';

let line: InputLine;
let deadLetters: string;
beforeAll(async () => {
  line = await InputLine.open();
}, 180_000);
afterAll(() => line.close());
beforeEach(async () => {
  await line.makeQueue();
  deadLetters = await line.broker.makeQueue();
});
afterEach(() => line.running.stop());

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
  await line.start({ RABBITMQ_DEAD_LETTER_QUEUE: deadLetters, BODY_LIMIT_BYTES: 5_000 });
  await line.put(makePost('taken'));
  await line.waitForEnds(1);
  await line.put(...refused.map(([, content]) => content), makePost('after'));
  expect(await line.waitForEnds(refused.length + 2)).toEqual({ stored: 2, dead_lettered: refused.length });
  const letters = await readQueue(line.channel, deadLetters, refused.length);
  for (const [what, content, code, pointer] of refused) {
    const letter = letters.find((candidate) => candidate.content.equals(content));
    expect([what, letter?.properties.headers]).toMatchObject([
      what,
      {
        own: 'yes',
        'x-batcher-queue': line.queue,
        'x-batcher-reason-code': code,
        'x-batcher-reason': expect.stringMatching(/\w/),
        ...(pointer === undefined ? {} : { 'x-batcher-reason-pointer': pointer }),
      },
    ]);
    expect(letter?.properties.messageId).toBe('from-the-producer');
  }
  expect(await line.ready()).toBe(0);
});

test('without a queue for dead letters it is rejected, for the queue to place', async () => {
  await line.makeQueue({ deadLetterExchange: '', deadLetterRoutingKey: deadLetters });
  await line.start({ BODY_LIMIT_BYTES: 5_000 });
  await line.put(makePost('taken'));
  await line.waitForEnds(1);
  await line.put(...refused.map(([, content]) => content), makePost('after'));
  const ends = await line.waitForEnds(refused.length + 2);
  expect(ends).toEqual({ stored: 2, rejected: refused.length - 1, conflict: 1 });
  await readQueue(line.channel, deadLetters, refused.length - 1);
  expect(await line.ready()).toBe(0);
});

test('headers that RabbitMQ would follow are in the letter as text: it goes to no other queue', async () => {
  await line.start({ RABBITMQ_DEAD_LETTER_QUEUE: deadLetters });
  const own = { own: 'yes', cc: 'mine', 'x-delivery-count': 7, 'x-first-death-queue': 'elsewhere' };
  const other = await line.broker.makeQueue();
  await line.putWith({ ...own, CC: [line.queue, other] }, 'no request');
  await line.waitForEnds(1);
  // A copy of the letter would be in the input queue by now, before this one.
  await line.put(makePost('after'));
  expect(await line.waitForEnds(2)).toEqual({ dead_lettered: 1, stored: 1 });
  const [letter] = await readQueue(line.channel, deadLetters, 1);
  const { headers } = letter?.properties ?? {};
  expect(headers).toMatchObject({
    own: 'yes',
    cc: 'mine',
    'x-batcher-reason-code': 'malformed_json',
    'x-batcher-original-cc': `${line.queue}, ${other}`,
  });
  for (const name of ['CC', 'x-delivery-count', 'x-first-death-queue'])
    expect(headers).not.toHaveProperty(name);
  // There is what the producer sent there, and no letter.
  await readQueue(line.channel, other, 1);
  expect(await line.channel.get(other)).toBe(false);
  expect(await line.channel.get(deadLetters)).toBe(false);
});

const addresses: Record<string, string> = {
  'inside.example': '10.1.2.3',
  'outside.example': '93.184.216.34',
};
const lookup: Lookup = async (name) => [{ address: addresses[name] ?? '', family: 4 }];

test('a webhook in a private network goes there, with the setting that would allow it', async () => {
  await line.start(
    { RABBITMQ_DEAD_LETTER_QUEUE: deadLetters, WEBHOOK_PRIVATE_NETWORKS: 'refuse' },
    { lookup },
  );
  const post = (host: string) =>
    makePost(host, { delivery_config: { type: 'webhook', webhook_url: `http://${host}/take` } });
  await line.put(post('127.0.0.1'), post('inside.example'), post('outside.example'));
  expect(await line.waitForEnds(3)).toEqual({ dead_lettered: 2, stored: 1 });
  const letters = await readQueue(line.channel, deadLetters, 2);
  const told = letters.map(({ content, properties: { headers } }) => [
    JSON.parse(content.toString()).custom_id,
    headers,
  ]);
  const refusal = (where: string) => ({
    'x-batcher-reason-code': 'validation_error',
    'x-batcher-reason-pointer': '/delivery_config/webhook_url',
    'x-batcher-reason': expect.stringMatching(`${where}.*WEBHOOK_PRIVATE_NETWORKS`),
  });
  expect(Object.fromEntries(told)).toMatchObject({
    '127.0.0.1': refusal('127.0.0.1'),
    'inside.example': refusal('inside.example is 10.1.2.3'),
  });
});

test('a letter that cannot be handed over waits in hand for its queue; others are stored meanwhile', async () => {
  const missing = `${deadLetters}-missing`;
  await line.start({ RABBITMQ_DEAD_LETTER_QUEUE: missing, RETRY_FASTER: 20 });
  await line.put('no request');
  await line.waitForRest();
  expect(line.input.standing.reason).toMatch(/dead letter .* returned/);
  await line.put(makePost('meanwhile'));
  expect(await line.waitForEnds(1)).toEqual({ stored: 1 });
  await line.channel.assertQueue(missing);
  expect(await line.waitForEnds(2)).toEqual({ stored: 1, dead_lettered: 1 });
  await readQueue(line.channel, missing, 1);
  await line.channel.deleteQueue(missing);
  expect(line.logged('input_open').length).toBe(1);
});

test('one that cannot be handed over is in its queue again after a stop', async () => {
  await line.start({ RABBITMQ_DEAD_LETTER_QUEUE: `${deadLetters}-missing`, RETRY_FASTER: 20 });
  await line.put('no request');
  await line.waitForRest();
  await line.input.stop();
  await until(async () => (await line.ready()) === 1);
});
