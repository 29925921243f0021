import { expect, it } from 'vitest';
import { breakerOpensAfter } from '../../../core/breaker.ts';
import type { ClaimedDelivery } from '../deliveries/claim-deliveries.ts';
import type { OpenStore } from './describe-store.ts';
import { leaseMs, type Taking } from './line.ts';
import { makeArrivals } from './make-arrivals.ts';
import { recount } from './recount.ts';
import { useStore } from './use-store.ts';

export function describeDestinations(openStore: OpenStore): void {
  const t = useStore(openStore);
  const at = (name: string) => ({ destination: { type: 'webhook', address: `https://${name}.example` } });
  const ids = (deliveries: readonly ClaimedDelivery[]) => deliveries.map(({ custom_id }) => custom_id);

  /** Outcomes of `a` and `b` on their way. */
  async function delivering(count: number): Promise<void> {
    await t.line.accept([...makeArrivals('a', count, at('a')), ...makeArrivals('b', 2, at('b'))]);
    await t.line.sendOpen();
    await t.line.finish();
  }

  async function record(deliveries: readonly ClaimedDelivery[], taking: Taking, probe = false) {
    await t.line.recordDeliveries(deliveries, taking, 'sender', probe);
  }

  /** Lets the next message to `a` fail. */
  async function failA(): Promise<void> {
    const a = (await t.store.getRequest({ customId: 'a1' }))?.destination_id;
    const b = (await t.store.getRequest({ customId: 'b1' }))?.destination_id ?? 0;
    const fixed = { type: 'webhook', now: t.line.now, limit: 1, leaseMs, leaseToken: 'sender' } as const;
    const { deliveries } = await t.store.claimDeliveries({
      ...fixed,
      perDestination: 1,
      inFlight: { [b]: 1 },
    });
    expect(deliveries.map((d) => d.destination_id)).toEqual([a]);
    await record(deliveries, 'again');
  }

  async function breakA(): Promise<void> {
    for (let failed = 0; failed < breakerOpensAfter.failures; failed++) await failA();
    t.line.now += breakerOpensAfter.lastingMs;
    await failA();
  }

  it('lets one probe at a time through an open breaker, and its neighbours pass', async () => {
    await delivering(20);
    await breakA();
    const neighbours = await t.line.claimDeliveries();
    expect(ids(neighbours).sort()).toEqual(['b1', 'b2']);
    await record(neighbours, 'delivered');
    t.line.now += 30_000;
    const [probe, ...others] = await t.line.claimDeliveries();
    expect(others).toEqual([]);
    expect(await t.line.claimDeliveries()).toEqual([]);
    const before = probe?.delivery_tries;
    await record(probe ? [probe] : [], 'again', true);
    const row = await t.store.getRequest({ customId: probe?.custom_id ?? '' });
    expect(row).toMatchObject({ state: 'delivering', delivery_tries: before });
    t.line.now += 30_000;
    expect(await t.line.claimDeliveries()).toEqual([]);
    t.line.now += 30_000;
    await record(await t.line.claimDeliveries(), 'delivered', true);
    expect((await t.line.claimDeliveries()).length).toBeGreaterThan(5);
  });

  it('keeps to one probe over replicas, whatever falls due while it is under way', async () => {
    await delivering(20);
    await breakA();
    await record(await t.line.claimDeliveries(), 'delivered');
    t.line.now += 30_000;
    const [probe] = await t.line.claimDeliveries(100, 'sender');
    const others = ['a1', 'a2', 'a3'].filter((name) => name !== probe?.custom_id);
    for (const customId of others) {
      await t.store.redeliverRequest({ customId, actor: 'ann', now: t.line.now });
    }
    await t.store.wakeForgotten({ now: t.line.now });
    expect(await t.line.claimDeliveries(100, 'another')).toEqual([]);
    t.line.now += leaseMs - 1;
    expect(await t.line.claimDeliveries(100, 'another')).toEqual([]);
    await record(probe ? [probe] : [], 'again', true);
    t.line.now += 60_000;
    expect(await t.line.claimDeliveries(100, 'another')).toHaveLength(1);
  });

  it('sends another probe when the sender of the last one is gone', async () => {
    await delivering(20);
    await breakA();
    await record(await t.line.claimDeliveries(), 'delivered');
    t.line.now += 30_000;
    expect(await t.line.claimDeliveries()).toHaveLength(1);
    t.line.now += leaseMs;
    expect(await t.line.claimDeliveries()).toHaveLength(1);
  });

  it('looks at no destination that has nothing to send, and at each when something falls due', async () => {
    await delivering(3);
    await t.line.handOver('again');
    expect(await t.line.claimDeliveries()).toEqual([]);
    t.line.now += 500;
    expect(await t.line.claimDeliveries()).toHaveLength(5);
  });

  it('finds a destination again that fell out of the round', async () => {
    await delivering(1);
    await t.line.handOver();
    expect(await t.store.wakeForgotten({ now: t.line.now })).toBe(0);
    await t.store.redeliverRequest({ customId: 'a1', actor: 'ann', now: t.line.now });
    expect(await t.line.claimDeliveries()).toHaveLength(1);
  });

  it('calls forward what waited when a destination recovers, but not what failed since', async () => {
    await delivering(20);
    await breakA();
    await record(await t.line.claimDeliveries(), 'delivered');
    t.line.now += 30_000;
    await record(await t.line.claimDeliveries(), 'delivered', true);
    const later = (await t.line.claimDeliveries(2)).map((d) => ({ ...d }));
    await record(later, 'again');
    while (await t.store.callForward({ limit: 4, now: t.line.now }));
    const next = ids(await t.line.claimDeliveries());
    expect(next.filter((id) => ids(later).includes(id))).toEqual([]);
    expect(next).toHaveLength(20 - 1 - later.length);
  });

  const give = (mostHeldMs: number) => t.store.giveUpHeld({ mostHeldMs, limit: 8, now: t.line.now });

  /** Sends a probe to `a`, the only one with anything due; it fails. Left out: no probe counts as late. */
  async function probeA(mostHeldMs = Number.MAX_SAFE_INTEGER): Promise<void> {
    const fixed = { type: 'webhook', now: t.line.now, limit: 9, leaseMs, leaseToken: 'sender' } as const;
    const input = { ...fixed, mostHeldMs, perDestination: 100, inFlight: {} };
    const { deliveries } = await t.store.claimDeliveries(input);
    expect(deliveries.length).toBeLessThanOrEqual(1);
    await record(deliveries, 'again', true);
  }

  it('gives up what an open breaker has held back for too long, and ends the batch with it', async () => {
    await delivering(20);
    await breakA();
    await record(await t.line.claimDeliveries(), 'delivered');
    t.line.now += 1_000_000;
    expect(await give(900_000)).toBe(0);
    // The probe is held like the others, though it was sent just now.
    await probeA();
    expect(await give(1_400_000)).toBe(0);
    expect([await give(900_000), await give(900_000), await give(900_000)]).toEqual([9, 8, 3]);
    const [batch] = await t.store.listBatches({ cursor: null, limit: 1 });
    expect(batch).toMatchObject({
      state: 'done',
      hand_over: 'partially_delivered',
      delivery_failed_count: 20,
    });
    expect(await recount(t.store)).toEqual([]);
  });

  it('counts no time in which no probe could go out, but begins anew with the first that does', async () => {
    await delivering(20);
    await breakA();
    await record(await t.line.claimDeliveries(), 'delivered');
    t.line.now += 1_000_000;
    await probeA(900_000);
    expect(await give(900_000)).toBe(0);
    for (let passed = 0; passed < 900_000; passed += 100_000) {
      expect(await give(900_000)).toBe(0);
      t.line.now += 100_000;
      await probeA(900_000);
    }
    expect(await give(900_000)).toBe(0);
    t.line.now += 1;
    expect(await give(900_000)).toBeGreaterThan(8);
  });

  it('forgets with a new round how long a message was held in the last one', async () => {
    await delivering(20);
    await breakA();
    await record(await t.line.claimDeliveries(), 'delivered');
    t.line.now += 1_000_000;
    await probeA();
    while ((await give(900_000)) > 0);
    await t.store.redeliverRequest({ customId: 'a1', actor: 'ann', now: t.line.now });
    expect(await t.store.getRequest({ customId: 'a1' })).toMatchObject({ held_since: null });
    t.line.now += 800_000;
    await probeA();
    expect(await give(900_000)).toBe(0);
  });

  it('gives up nothing of a destination that is well, or paused', async () => {
    await delivering(3);
    t.line.now += 1_000_000;
    expect(await give(1_000)).toBe(0);
  });

  it('calls forward nothing before the time that its receiver has asked for', async () => {
    await delivering(3);
    const claimed = await t.line.claimDeliveries();
    const a = claimed.filter((d) => d.custom_id.startsWith('a'));
    const asks = (pauseMs: number, askedMs: number) => ({ kind: 'again', pauseMs, askedMs }) as const;
    const [first, second, third] = a as [ClaimedDelivery, ClaimedDelivery, ClaimedDelivery];
    await t.line.recordNext(first, asks(5_000, 5_000));
    await t.line.recordNext(second, asks(9_000, 4_000));
    await t.line.recordNext(third, asks(9_000, 0));
    const [row] = (await t.store.listDestinations({ afterId: 0, limit: 9 })).filter(
      ({ id }) => id === first.destination_id,
    );
    const facts = { recovering_since: t.line.now + 1 };
    const edit = { id: first.destination_id, ifVersion: row?.version ?? 0, facts, actor: 'ann' };
    await t.store.editDestination({ ...edit, now: t.line.now });
    while (await t.store.callForward({ limit: 1, now: t.line.now }));
    const due = async ({ custom_id }: ClaimedDelivery) =>
      ((await t.store.getRequest({ customId: custom_id }))?.due_at ?? 0) - t.line.now;
    expect([await due(first), await due(second), await due(third)]).toEqual([5_000, 4_000, 0]);
  });

  it('refuses an edit of what somebody else has edited meanwhile, and follows one at the next claim', async () => {
    await delivering(5);
    const { destination_id } = (await t.store.getRequest({ customId: 'a1' })) ?? {};
    const id = destination_id ?? 0;
    const edit = (facts: object, ifVersion: number) =>
      t.store.editDestination({ id, ifVersion, facts, actor: 'ann', now: t.line.now });
    expect(await edit({ concurrency: 2 }, 0)).toMatchObject({
      version: 1,
      concurrency: 2,
      updated_by: 'ann',
    });
    expect(await edit({ concurrency: 9 }, 0)).toBeNull();
    expect((await t.line.claimDeliveries()).filter((d) => d.destination_id === id)).toHaveLength(2);
  });

  it('sends no more in a second than the rate of a destination allows', async () => {
    await delivering(20);
    const id = (await t.store.getRequest({ customId: 'a1' }))?.destination_id ?? 0;
    const facts = { rate_per_s: 4 };
    await t.store.editDestination({ id, ifVersion: 0, facts, actor: 'ann', now: t.line.now });
    const sent: number[] = [];
    for (let step = 0; step < 8; step++) {
      const claimed = await t.line.claimDeliveries();
      sent.push(claimed.filter((d) => d.destination_id === id).length);
      await record(claimed, 'delivered');
      t.line.now += 250;
    }
    expect(sent).toEqual([4, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('redelivers by filter, counted first, in slices that know how far they are', async () => {
    await delivering(7);
    const all = await t.line.claimDeliveries();
    const a = all.filter((d) => d.custom_id.startsWith('a'));
    await record(a.slice(0, 5), 'give_up');
    t.line.now += 1_000;
    await record(a.slice(5), 'give_up');
    await record(
      all.filter((d) => !a.includes(d)),
      'delivered',
    );
    const id = a[0]?.destination_id ?? 0;
    const count = async (filter: object) =>
      (await t.store.countRedelivery({ filter: filter as never, most: 100, mostPages: 9 })).count;
    expect(await count({ which: 'failed', destinationId: id })).toBe(7);
    expect(await count({ which: 'failed', destinationId: id, since: t.line.now })).toBe(2);
    expect(await count({ which: 'all', batchId: all[0]?.batch_id })).toBe(9);
    const filter = { which: 'failed', destinationId: id } as const;
    const duty = await t.store.createRedelivery({ filter, matching: 7, actor: 'ann', now: t.line.now });
    const slice = () => t.store.redeliverNext({ limit: 3, now: t.line.now });
    expect(await slice()).toBe(true);
    expect(await t.store.getRedelivery({ id: duty.id })).toMatchObject({ state: 'running', redelivered: 3 });
    while (await slice());
    expect(await t.store.getRedelivery({ id: duty.id })).toMatchObject({ state: 'done', redelivered: 7 });
    expect(await t.line.claimDeliveries()).toHaveLength(7);
    expect(await recount(t.store)).toEqual([]);
  });

  it('ends a redelivery where it is when it is aborted', async () => {
    await delivering(7);
    await record(await t.line.claimDeliveries(), 'give_up');
    const filter = { which: 'failed', batchId: 1 } as const;
    const { id } = await t.store.createRedelivery({ filter, matching: 9, actor: 'ann', now: t.line.now });
    await t.store.redeliverNext({ limit: 3, now: t.line.now });
    expect(await t.store.abortRedelivery({ id, actor: 'bob', now: t.line.now })).toMatchObject({
      state: 'aborted',
      redelivered: 3,
      ended_by: 'bob',
    });
    expect(await t.store.redeliverNext({ limit: 3, now: t.line.now })).toBe(false);
    expect(await t.store.abortRedelivery({ id, actor: 'bob', now: t.line.now })).toBeNull();
  });

  it('keeps attempts when retention takes their requests, and not when somebody deletes the batch', async () => {
    await delivering(2);
    await t.line.handOver();
    const { id, destination_id } = (await t.store.getRequest({ customId: 'a1' })) ?? {};
    const attempts = () =>
      t.store.listDestinationAttempts({ id: destination_id ?? 0, cursor: null, limit: 9 });
    await t.store.retireBatch({ before: t.line.now + 1, beforeUndelivered: 0, now: t.line.now });
    while (await t.store.removeSlice({ limit: 3 }));
    expect(await t.store.getRequest({ customId: 'a1' })).toBeUndefined();
    expect((await attempts()).map((row) => row.custom_id).sort()).toEqual(['a1', 'a2']);
    expect(await t.store.listAttempts({ requestId: id ?? 0, limit: 9 })).toHaveLength(1);
    while (await t.store.removeAttempts({ before: t.line.now + 1, limit: 3 }));
    expect(await attempts()).toEqual([]);
    await delivering(2);
    await t.line.handOver();
    const [batch] = await t.store.listBatches({ cursor: null, limit: 1 });
    await t.store.deleteBatch({ batchId: batch?.id ?? 0, evenUndelivered: false, now: t.line.now });
    while (await t.store.removeSlice({ limit: 3 }));
    expect(await attempts()).toEqual([]);
  });
}
