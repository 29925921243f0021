/** Connections are kept and used again, and there are never more to one origin than messages may be in flight. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { NetworkGuard } from '../../server/channels/network-guard.ts';
import { WebhookChannel } from '../../server/channels/webhook.ts';
import { systemClock } from '../../server/engine/clock.ts';
import { someDestination } from './describe-channel.ts';

async function receive() {
  let made = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end('taken'));
  });
  server.on('connection', () => {
    made += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const channel = new WebhookChannel({ clock: systemClock, guard: new NetworkGuard('allow') });
  onTestFinished(async () => {
    await channel.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const send = (n: number, concurrency: number, id = 1) =>
    channel.send(
      {
        deliveryId: `out_${n}`,
        requestId: n,
        customId: `r${n}`,
        outcome: 'succeeded',
        attempt: 1,
        content: Buffer.from('{}'),
        target: { type: 'webhook', webhook_url: url },
        destination: { ...someDestination, id, policy: { ...someDestination.policy, concurrency } },
      },
      60_000,
    );
  return { send, made: () => made };
}

test('one after another over the same connection, or the one beside it', async () => {
  const { send, made } = await receive();
  for (let n = 0; n < 50; n++) expect((await send(n, 50)).outcome).toBe('success');
  expect(made()).toBeLessThanOrEqual(2);
});

test('a hundred at once, three at a time', async () => {
  const { send, made } = await receive();
  const results = await Promise.all(Array.from({ length: 100 }, (_, n) => send(n, 3)));
  expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['success']));
  expect(made()).toBeLessThanOrEqual(3);
});

test('an edited limit holds for what is sent next, and what is under way ends', async () => {
  const { send, made } = await receive();
  const before = Array.from({ length: 10 }, (_, n) => send(n, 5));
  const after = Array.from({ length: 10 }, (_, n) => send(10 + n, 2));
  const results = await Promise.all([...before, ...after]);
  expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['success']));
  expect(made()).toBeLessThanOrEqual(7);
});

test('two destinations of one origin have their own connections', async () => {
  const { send, made } = await receive();
  await Promise.all([1, 2].flatMap((id) => Array.from({ length: 40 }, (_, n) => send(n, 3, id))));
  expect(made()).toBeGreaterThan(3);
  expect(made()).toBeLessThanOrEqual(6);
});
