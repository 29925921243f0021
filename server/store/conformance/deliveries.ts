import { expect, it } from 'vitest';
import type { ClaimDeliveriesInput, ClaimedDelivery } from '../deliveries/claim-deliveries.ts';
import type { OpenStore } from './describe-store.ts';
import { leaseMs, pauseMs, type Taking } from './line.ts';
import { makeArrival, makeArrivals, notDelivered } from './make-arrivals.ts';
import { recount } from './recount.ts';
import { useStore } from './use-store.ts';

export function describeDeliveries(openStore: OpenStore): void {
  const t = useStore(openStore);
  const request = (customId: string) => t.store.getRequest({ customId });
  const at = (name: string) => ({ destination: { type: 'webhook', address: `https://${name}.example` } });

  /** A batch whose outcomes are all on their way. */
  async function delivering(arrivals: readonly ReturnType<typeof makeArrival>[]) {
    await t.line.accept(arrivals);
    const { id } = await t.line.sendOpen();
    await t.line.finish();
    return id;
  }

  function claim(limit: number, over: Partial<ClaimDeliveriesInput> = {}) {
    const fixed = { type: 'webhook', now: t.line.now, limit, leaseMs, leaseToken: 'sender' } as const;
    return t.store.claimDeliveries({ ...fixed, perDestination: 100, inFlight: {}, ...over });
  }

  /** How many were claimed for each destination. */
  function shares(deliveries: readonly { readonly destination_id: number }[]): Record<number, number> {
    const counts: Record<number, number> = {};
    for (const { destination_id: id } of deliveries) counts[id] = (counts[id] ?? 0) + 1;
    return counts;
  }

  it('shares places fairly over destinations, and lets nobody use what others cannot', async () => {
    await delivering([
      ...makeArrivals('a', 20, at('a')),
      ...makeArrivals('b', 20, at('b')),
      ...makeArrivals('c', 2, at('c')),
    ]);
    const { deliveries } = await claim(12);
    expect(Object.values(shares(deliveries)).sort()).toEqual([2, 4, 4]);
  });

  it('gives a freed place to whoever has the fewest in flight, so that a slow destination stops nobody', async () => {
    await delivering([...makeArrivals('slow', 20, at('slow')), ...makeArrivals('fast', 20, at('fast'))]);
    const slow = (await request('slow1'))?.destination_id ?? 0;
    const fast = (await request('fast1'))?.destination_id ?? 0;
    for (let place = 0; place < 6; place++) {
      t.line.now += 1;
      const { deliveries } = await claim(1, { inFlight: { [slow]: 5, [fast]: 4 } });
      expect(deliveries.map((d) => d.destination_id)).toEqual([fast]);
    }
  });

  it('takes destinations by turns when there are more of them than places', async () => {
    const names = ['a', 'b', 'c'];
    await delivering(names.flatMap((name) => makeArrivals(name, 5, at(name))));
    const seen = new Set<number>();
    for (let turn = 0; turn < 3; turn++) {
      t.line.now += 1;
      for (const delivery of (await claim(1)).deliveries) seen.add(delivery.destination_id);
    }
    expect(seen.size).toBe(3);
  });

  it('holds a destination to its limit, with what is in flight already', async () => {
    await delivering([...makeArrivals('a', 9, at('a')), ...makeArrivals('b', 9, at('b'))]);
    const a = (await request('a1'))?.destination_id ?? 0;
    const b = (await request('b1'))?.destination_id ?? 0;
    const { deliveries } = await claim(50, { perDestination: 4, inFlight: { [a]: 4, [b]: 1 } });
    expect(shares(deliveries)).toEqual({ [b]: 3 });
    t.line.now += leaseMs;
    const windows = { of: { [a]: 3 }, first: 2 };
    expect(shares((await claim(50, { inFlight: { [a]: 1 }, windows })).deliveries)).toEqual({
      [a]: 2,
      [b]: 2,
    });
  });

  it('takes more ahead of the places, but not of a destination that failed last or has a rate', async () => {
    await delivering([...makeArrivals('a', 9, at('a')), ...makeArrivals('b', 9, at('b'))]);
    const a = (await request('a1'))?.destination_id ?? 0;
    const b = (await request('b1'))?.destination_id ?? 0;
    expect(shares((await claim(2, { ahead: { [a]: 3 } })).deliveries)).toEqual({ [a]: 4, [b]: 1 });
    expect(shares((await claim(0, { ahead: { [b]: 2 } })).deliveries)).toEqual({ [b]: 2 });
    const facts = { rate_per_s: 100 };
    await t.store.editDestination({ id: a, ifVersion: 0, facts, actor: 'ann', now: t.line.now });
    expect((await claim(0, { ahead: { [a]: 3 } })).deliveries).toEqual([]);
    const { deliveries } = await claim(1, { inFlight: { [a]: 100 } });
    await t.line.recordDeliveries(deliveries, 'again');
    expect((await claim(0, { ahead: { [b]: 2 } })).deliveries).toEqual([]);
  });

  it('puts back what was claimed and not sent, under its own lease alone', async () => {
    await delivering(makeArrivals('a', 3));
    const [first, second, third] = await t.line.claimDeliveries();
    const requestIds = [first?.id ?? 0, second?.id ?? 0];
    const now = t.line.now;
    const heldBy = (...of: (ClaimedDelivery | undefined)[]) => of.filter((one) => one !== undefined);
    await t.store.putBackDeliveries({ deliveries: heldBy(third), leaseToken: 'other', now });
    expect(await t.line.claimDeliveries()).toEqual([]);
    const before = heldBy(first, second).map((one) => ({ ...one, lease_until: one.lease_until - 1 }));
    await t.store.putBackDeliveries({ deliveries: before, leaseToken: 'sender', now });
    expect(await t.line.claimDeliveries()).toEqual([]);
    await t.store.putBackDeliveries({ deliveries: heldBy(first, second), leaseToken: 'sender', now });
    const again = await t.line.claimDeliveries(9, 'next');
    expect(again.map(({ id }) => id).sort()).toEqual(requestIds.sort());
    expect(await t.line.recordDeliveries(second ? [second] : [], 'delivered', 'sender')).toEqual([]);
    expect(await recount(t.store)).toEqual([]);
  });

  it('claims in the order of due times and tells when the next falls due', async () => {
    await delivering(makeArrivals('a', 3));
    const all = await t.line.claimDeliveries();
    await t.line.recordDeliveries(all.slice(0, 2), 'again');
    t.line.now += 10;
    await t.line.recordDeliveries(all.slice(2), 'again');
    expect(await claim(9)).toMatchObject({ deliveries: [], nextDueAt: 1_000_000 + pauseMs });
    t.line.now += pauseMs;
    const order = [(await claim(2)).deliveries, (await claim(2)).deliveries].map((d) =>
      d.map(({ id }) => id),
    );
    expect(order[0]?.sort()).toEqual([all[0]?.id, all[1]?.id].sort());
    expect(order[1]).toEqual([all[2]?.id]);
  });

  it('leases a delivery for its time and gives it to another afterwards', async () => {
    await delivering(makeArrivals('a', 1));
    expect(await t.line.claimDeliveries(9, 'one')).toHaveLength(1);
    expect(await t.line.claimDeliveries(9, 'two')).toHaveLength(0);
    t.line.now += leaseMs;
    expect(await t.line.claimDeliveries(9, 'two')).toHaveLength(1);
  });

  it('makes the deliveries of a dead sender due again, and keeps the pauses of others', async () => {
    await delivering(makeArrivals('a', 3));
    const [first] = await t.line.claimDeliveries(1);
    await t.line.recordDeliveries(first ? [first] : [], 'again');
    await t.line.claimDeliveries(1, 'dead');
    expect(await t.line.claimDeliveries(9, 'next')).toHaveLength(1);
    await t.store.leaveReplica({ name: 'dead', now: t.line.now });
    expect(await t.line.claimDeliveries(9, 'next')).toHaveLength(1);
  });

  it('takes what is held by nobody among the living, and looks soon whether somebody has died', async () => {
    await delivering(makeArrivals('a', 2));
    const places = { leaseMs: 60_000, inFlight: {}, limit: 1 };
    expect((await claim(1, { ...places, leaseToken: 'not among the replicas' })).deliveries).toHaveLength(1);
    const next = await claim(9, { ...places, limit: 9 });
    expect(next).toMatchObject({ deliveries: [{}, {}], nextDueAt: t.line.now + 5_000 });
    expect((await claim(9, places)).deliveries).toEqual([]);
  });

  it('records no state under a stale lease, but keeps the attempt', async () => {
    await delivering(makeArrivals('a', 1));
    const stale = await t.line.claimDeliveries(9, 'stale');
    t.line.now += leaseMs;
    const live = await t.line.claimDeliveries(9, 'live');
    for (const taking of ['delivered', 'give_up', 'again'] as const satisfies Taking[]) {
      expect(await t.line.recordDeliveries(stale, taking, 'stale')).toEqual([]);
      expect(await request('a1')).toMatchObject({ state: 'delivering', lease_token: 'live' });
    }
    expect(await t.line.recordDeliveries(live, 'delivered', 'live')).toHaveLength(1);
    expect(await t.line.recordDeliveries(live, 'give_up', 'live')).toEqual([]);
    const attempts = await t.store.listAttempts({ requestId: live[0]?.id ?? 0, limit: 9 });
    expect(attempts.map(({ outcome }) => outcome)).toEqual([
      'http_status_not_2xx',
      'success',
      'http_status_not_2xx',
      'http_status_not_2xx',
      'success',
    ]);
    expect((await request('a1'))?.state).toBe('delivered');
    expect(await recount(t.store)).toEqual([]);
  });

  it.each([
    ['delivered', ['delivered', 'delivered']],
    ['partially_delivered', ['delivered', 'give_up']],
    ['delivery_failed', ['give_up', 'give_up']],
  ] as const)('ends a batch as %s with its last delivery', async (word, [one, other]) => {
    const id = await delivering(makeArrivals('a', 2));
    const [first, second] = await t.line.claimDeliveries();
    expect(await t.line.recordDeliveries(first ? [first] : [], one)).toEqual([]);
    expect((await t.store.getBatch({ id }))?.state).toBe('delivering');
    expect(await t.line.recordDeliveries(second ? [second] : [], other)).toEqual([id]);
    expect(await t.store.getBatch({ id })).toMatchObject({
      state: 'done',
      hand_over: word,
      ended_at: t.line.now,
    });
    const last = (await t.store.listTransitions({ batchId: id, limit: 99 })).at(-1);
    expect([last?.move, last?.actor]).toEqual(['finish', 'deliver']);
  });

  it('does not end a batch whose outcomes have not all left yet', async () => {
    await t.line.accept(makeArrivals('a', 2));
    await t.store.cancelRequest({ customId: 'a1', now: t.line.now });
    const { id } = await t.line.sendOpen();
    await t.line.move('openai_processing', 'complete');
    await t.line.move('openai_completed', 'download');
    await t.line.settle('downloading');
    await t.line.move('ready_to_deliver', 'deliver');
    expect(await t.line.handOver()).toEqual([]);
    expect(await t.store.getBatch({ id })).toMatchObject({ state: 'delivering', ended_at: null });
    await t.line.deliver();
    expect(await t.line.handOver()).toEqual([id]);
  });

  it('leaves type none at its outcome, and the batch still ends', async () => {
    const id = await delivering(makeArrivals('a', 2, notDelivered));
    expect((await request('a1'))?.state).toBe('openai_processed');
    expect(await t.store.getBatch({ id })).toMatchObject({ state: 'done', hand_over: 'delivered' });
    expect(await t.line.claimDeliveries()).toEqual([]);
  });

  it.each([
    'failed',
    'expired',
    'cancelled',
  ] as const)('ends a settled %s batch with its last delivery', async (state) => {
    await t.line.accept(makeArrivals('a', 1));
    const { id } = await t.line.sendOpen();
    const move = ({ failed: 'fail', expired: 'expire', cancelled: 'cancel' } as const)[state];
    await t.line.move('openai_processing', move);
    await t.line.settle(state);
    expect(await t.store.getBatch({ id })).toMatchObject({ state, ended_at: null, delivering_count: 1 });
    t.line.now += 7;
    await t.line.handOver();
    expect(await t.store.getBatch({ id })).toMatchObject({
      state,
      ended_at: t.line.now,
      delivering_count: 0,
    });
  });

  it('starts deliveries in slices and can be repeated', async () => {
    await t.line.accept([...makeArrivals('a', 3), makeArrival('quiet', notDelivered)]);
    await t.line.sendOpen();
    await t.line.move('openai_processing', 'complete');
    await t.line.move('openai_completed', 'download');
    const batch = await t.line.settle('downloading');
    const slice = { batchId: batch?.id ?? 0, state: 'openai_processed', limit: 2, now: t.line.now } as const;
    const first = await t.store.startDeliveries({ ...slice, afterId: 0 });
    const second = await t.store.startDeliveries({ ...slice, afterId: first.lastId ?? 0 });
    expect([first.started, second.started]).toEqual([2, 1]);
    expect(await t.store.startDeliveries({ ...slice, afterId: second.lastId ?? 0 })).toEqual({
      started: 0,
      lastId: null,
    });
    expect((await t.store.startDeliveries({ ...slice, afterId: 0 })).started).toBe(0);
    expect(await recount(t.store)).toEqual([]);
  });
}
