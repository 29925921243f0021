import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Receiver, type ReceiverOptions, startReceiver } from './receiver.ts';
import { createSecret } from './start-service.ts';

const secret = createSecret();
let receiver: Receiver;

async function restart(options: Partial<ReceiverOptions> = {}): Promise<void> {
  await receiver?.close();
  receiver = await startReceiver({ secret, ...options });
}

beforeEach(() => restart());
afterEach(() => receiver.close());

interface Sending {
  readonly id?: string;
  readonly customId?: string;
  readonly signedWith?: string;
  readonly body?: string;
}

async function send({
  id = 'r1.1',
  customId = 'a',
  signedWith = secret,
  body,
}: Sending = {}): Promise<number> {
  const line =
    body ?? JSON.stringify({ custom_id: customId, response: { status_code: 200, body: {} }, error: null });
  const at = new Date();
  const response = await fetch(`${receiver.url}/outcomes`, {
    method: 'POST',
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(signedWith).sign(id, at, line),
      'x-batcher-outcome': 'succeeded',
    },
    body: line,
  });
  return response.status;
}

describe('counting', () => {
  test('the same delivery id again is a repeat', async () => {
    await send();
    await send();
    expect(receiver.count()).toMatchObject({ delivered: 1, repeats: 1, duplicates: 0, wrong: 0 });
    expect(receiver.deliveries.get('r1.1')).toMatchObject({ customId: 'a', accepted: 2 });
  });

  test('another delivery id for the same custom_id is a duplicate', async () => {
    await send({ id: 'r1.1' });
    await send({ id: 'r1.2' });
    expect(receiver.count()).toMatchObject({ delivered: 1, repeats: 0, duplicates: 1 });
  });

  test('a refused attempt is not a delivery; the next one may be', async () => {
    await restart({ answer: (_, { number }) => (number === 1 ? { status: 503 } : {}) });
    expect(await send()).toBe(503);
    expect(receiver.count()).toMatchObject({ delivered: 0, refused: 1 });
    expect(await send()).toBe(204);
    expect(receiver.count()).toMatchObject({ delivered: 1, refused: 1, repeats: 0 });
  });

  test('what the judge finds wrong is not counted as delivered', async () => {
    await restart({ judge: ({ customId }) => (customId === 'a' ? null : 'nobody asked') });
    await send({ customId: 'b' });
    expect(receiver.count()).toMatchObject({ delivered: 0, wrong: 1 });
    expect(receiver.problems).toEqual(['b: nobody asked']);
  });

  test('waiting ends when the predicate holds, or with the signal', async () => {
    const arrived = receiver.waitFor(({ delivered }) => delivered === 2);
    await send({ id: 'r1.1', customId: 'a' });
    await send({ id: 'r2.1', customId: 'b' });
    expect((await arrived).byOutcome).toEqual({ succeeded: 2 });
    await expect(receiver.waitFor(() => false, AbortSignal.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    );
  });
});

describe('checking', () => {
  test('a delivery signed with another secret is refused', async () => {
    expect(await send({ signedWith: createSecret() })).toBe(400);
    expect(receiver.count()).toMatchObject({ delivered: 0, wrong: 1 });
  });

  test('a body that is not a result line is refused', async () => {
    expect(await send({ body: '{"custom_id":' })).toBe(400);
    expect(await send({ body: '{"custom_id":7}' })).toBe(400);
    expect(receiver.count()).toMatchObject({ delivered: 0, wrong: 2 });
  });
});
