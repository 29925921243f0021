/** What every channel must do, whatever it sends over. One suite, run against each. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Channel, Destination, Parcel } from '../../server/channels/port.ts';
import { makeSecret } from '../../server/channels/signature.ts';

/** What came out at the other end. */
export interface Arrived {
  /** The id by which a receiver discards repeats. */
  readonly id: string;
  readonly content: Buffer;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface ChannelAtWork {
  readonly channel: Channel;
  /** A target that takes what it is sent. */
  readonly good: unknown;
  /** Targets that do not, each with the word for it. */
  readonly bad: readonly { readonly target: unknown; readonly outcome: string }[];
  /** Resolves when so many have arrived since the last call. */
  arrived(count: number): Promise<readonly Arrived[]>;
  /** The same channel with nobody at the other end. */
  openAlone(): Promise<{ readonly channel: Channel; readonly target: unknown; close(): Promise<void> }>;
  close(): Promise<void>;
}

/** Longer than any test. */
const limitMs = 60_000;

/** A destination that says nothing special. */
export const someDestination: Destination = {
  id: 1,
  type: 'webhook',
  address: 'http://127.0.0.1',
  version: 0,
  policy: {
    scheduleMs: [0],
    connectTimeoutMs: 2_000,
    answerTimeoutMs: 10_000,
    concurrency: 50,
    ratePerS: null,
  },
  secrets: [makeSecret()],
  headers: {},
  authorization: null,
};

export function describeChannel(name: string, open: () => Promise<ChannelAtWork>): void {
  describe(`the ${name} channel`, () => {
    let at: ChannelAtWork;
    beforeAll(async () => {
      at = await open();
    }, 180_000);
    afterAll(() => at.close());

    const parcel = (n: number, change: Partial<Parcel> = {}): Parcel => ({
      deliveryId: `out_test_${n}_1`,
      requestId: n,
      customId: `ünï-${n}`,
      outcome: 'succeeded',
      attempt: 1,
      content: Buffer.from(`{"custom_id":"ünï-${n}","n":${n}, "spaces":  "kept"}`),
      target: at.good,
      destination: someDestination,
      ...change,
    });

    test('hands over the bytes as they are, with the ids beside them', async () => {
      const sent = parcel(1, { outcome: 'expired', attempt: 3 });
      const result = await at.channel.send(sent, limitMs);
      expect(result).toMatchObject({ outcome: 'success', error: null });
      expect(result.durationMs).toBeGreaterThan(0);
      const [first] = await at.arrived(1);
      expect(first?.content.equals(sent.content)).toBe(true);
      expect(first?.id).toBe('out_test_1_1');
      expect(first?.headers).toMatchObject({
        'idempotency-key': 'out_test_1_1',
        'x-batcher-request-id': '1',
        'x-batcher-custom-id': '%C3%BCn%C3%AF-1',
        'x-batcher-outcome': 'expired',
        'x-batcher-attempt': '3',
      });
    });

    test('sends the headers of the destination along, none of which replaces one of ours', async () => {
      const headers = { 'x-own': 'yes', 'x-batcher-outcome': 'no', 'x-batcher-custom-id': 'other' };
      await at.channel.send(parcel(5, { destination: { ...someDestination, headers } }), limitMs);
      const [first] = await at.arrived(1);
      expect(first?.headers).toMatchObject({
        'x-own': 'yes',
        'x-batcher-outcome': 'succeeded',
        'x-batcher-custom-id': '%C3%BCn%C3%AF-5',
      });
    });

    test('keeps the id over attempts', async () => {
      await at.channel.send(parcel(2), limitMs);
      await at.channel.send(parcel(2, { attempt: 2 }), limitMs);
      const both = await at.arrived(2);
      expect(both.map(({ id }) => id)).toEqual(['out_test_2_1', 'out_test_2_1']);
      expect(both.map(({ headers }) => headers['x-batcher-attempt'])).toEqual(['1', '2']);
    });

    test('takes 500 at once, and each arrives once', async () => {
      const numbers = Array.from({ length: 500 }, (_, n) => 100 + n);
      const results = await Promise.all(numbers.map((n) => at.channel.send(parcel(n), limitMs)));
      expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['success']));
      const ids = (await at.arrived(500)).map(({ id }) => id);
      expect(ids.toSorted()).toEqual(numbers.map((n) => `out_test_${n}_1`).toSorted());
    });

    test('names what is wrong with a target, and its neighbours do not notice', async () => {
      for (const [index, { target, outcome }] of at.bad.entries()) {
        const around = Array.from({ length: 20 }, (_, n) => 1_000 + index * 100 + n);
        const [bad, ...good] = await Promise.all([
          at.channel.send(parcel(2_000 + index, { target }), limitMs),
          ...around.map((n) => at.channel.send(parcel(n), limitMs)),
        ]);
        expect([target, bad.outcome]).toEqual([target, outcome]);
        expect(bad.error).toMatch(/\w/);
        expect(bad.error?.length).toBeLessThanOrEqual(500);
        expect(new Set(good.map((result) => result.outcome))).toEqual(new Set(['success']));
        await at.arrived(20);
      }
    });

    test('ends when its time is over', async () => {
      const result = await at.channel.send(parcel(3), 0);
      expect(result.outcome).not.toBe('success');
      expect(result.error).toMatch(/\w/);
    });

    test('answers by a result where nobody is', async () => {
      const alone = await at.openAlone();
      const result = await alone.channel.send(parcel(4, { target: alone.target }), limitMs);
      expect(result.outcome).toBe('connection_refused');
      await alone.close();
    });
  });
}
