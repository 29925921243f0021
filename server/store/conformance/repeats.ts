import { expect, it } from 'vitest';
import type { OpenStore } from './describe-store.ts';
import { leaseMs } from './line.ts';
import { makeArrival, makeArrivals, makeFinding, notDelivered } from './make-arrivals.ts';
import { recount } from './recount.ts';
import { useStore } from './use-store.ts';

export function describeRepeats(openStore: OpenStore): void {
  const t = useStore(openStore);
  const request = (customId: string) => t.store.getRequest({ customId });
  const redeliver = async (customId: string) =>
    (await t.store.redeliverRequest({ customId, actor: 'ann', now: t.line.now })).kind;

  async function done(count: number) {
    await t.line.accept(makeArrivals('a', count));
    const { id } = await t.line.sendOpen();
    await t.line.finish();
    await t.line.handOver();
    return id;
  }

  async function failedBatch(): Promise<number> {
    await t.line.move('openai_processing', 'fail');
    const held = await t.line.claim('failed');
    if (!held) throw new Error('no batch has failed');
    const [first] = await t.line.rows(held.batch.id, 'openai_processing');
    const apply = { batchId: held.batch.id, leaseToken: held.leaseToken, now: t.line.now };
    const findings = first ? [makeFinding(first.id, 'failed')] : [];
    await t.store.applyResults({ ...apply, findings, setbacks: [] });
    await t.line.settleLeftovers(held);
    const lines = { output_lines: 0, error_lines: 1, missing_lines: 3, duplicate_lines: 0, unknown_lines: 0 };
    await t.store.finishDownload({ ...apply, lines });
    await t.line.letOutcomesLeave(held);
    return held.batch.id;
  }

  const order = (batchId: number) => t.store.requestRestart({ batchId, actor: 'ann', now: t.line.now });
  /** Ordered, and held by the driver that is to carry it out. */
  async function restarting(batchId: number) {
    expect((await order(batchId)).kind).toBe('requested');
    const held = await t.line.claim('failed');
    if (!held) throw new Error('no restart is due');
    const fence = { batchId, leaseToken: held.leaseToken };
    const slice = (afterId: number, limit: number) =>
      t.store.restartSlice({ ...fence, afterId, limit, now: t.line.now });
    return { held, slice, finish: () => t.store.finishRestart({ ...fence, now: t.line.now }) };
  }

  it('hands one outcome over once more and ends the batch again', async () => {
    const id = await done(2);
    const before = await request('a1');
    expect(await redeliver('a1')).toBe('redelivering');
    const batch = await t.store.getBatch({ id });
    expect(batch).toMatchObject({
      state: 'delivering',
      hand_over: null,
      ended_at: null,
      delivering_count: 1,
    });
    const [again] = await t.line.claimDeliveries();
    expect(again).toMatchObject({ outcome_number: before?.outcome_number, delivery_tries: 0 });
    expect(await t.line.recordDeliveries(again ? [again] : [], 'give_up')).toEqual([id]);
    expect((await t.store.getBatch({ id }))?.hand_over).toBe('partially_delivered');
    expect(await recount(t.store)).toEqual([]);
  });

  it('refuses redelivery only while that very request is being sent', async () => {
    await done(1);
    await redeliver('a1');
    expect(await redeliver('a1')).toBe('redelivering');
    const claimed = await t.line.claimDeliveries();
    expect(await redeliver('a1')).toBe('being_sent');
    await t.line.recordDeliveries(claimed, 'again');
    expect(await redeliver('a1')).toBe('redelivering');
    expect(await t.line.claimDeliveries()).toHaveLength(1);
    t.line.now += leaseMs;
    expect(await redeliver('a1')).toBe('redelivering');
  });

  it('names the reason where there is nothing to hand over', async () => {
    await t.line.accept([makeArrival('waits'), makeArrival('quiet', notDelivered)]);
    expect(await redeliver('nobody')).toBe('not_found');
    expect(await redeliver('waits')).toBe('no_outcome');
    await t.line.sendOpen();
    await t.line.finish();
    expect(await redeliver('quiet')).toBe('no_destination');
  });

  it('hands nothing over once more of a batch that is being removed', async () => {
    const id = await done(2);
    await redeliver('a2');
    await t.line.handOver('give_up');
    const filter = { which: 'all', destinationId: 1 } as const;
    const count = async () => (await t.store.countRedelivery({ filter, most: 9, mostPages: 9 })).count;
    expect(await count()).toBe(2);
    await t.store.createRedelivery({ filter, matching: 2, actor: 'ann', now: t.line.now });
    await t.store.deleteBatch({ batchId: id, evenUndelivered: true, now: t.line.now });
    expect([await count(), await redeliver('a1'), await redeliver('a2')]).toEqual([
      0,
      'not_found',
      'not_found',
    ]);
    while (await t.store.redeliverNext({ limit: 3, now: t.line.now }));
    expect(await t.line.claimDeliveries()).toEqual([]);
    expect(await recount(t.store)).toEqual([]);
  });

  it('redelivers what failed, or everything, of one batch in slices', async () => {
    const id = await done(5);
    await redeliver('a2');
    await t.line.handOver('give_up');
    const redeliverBatch = async (which: 'failed' | 'all') => {
      t.line.now += 1;
      const filter = { which, batchId: id };
      const order = { filter, matching: null, actor: 'ann', now: t.line.now };
      const duty = await t.store.createRedelivery(order);
      while (await t.store.redeliverNext({ limit: 3, now: t.line.now }));
      return (await t.store.getRedelivery({ id: duty.id }))?.redelivered;
    };
    expect(await redeliverBatch('failed')).toBe(1);
    await t.line.handOver();
    expect(await redeliverBatch('all')).toBe(5);
    expect(await recount(t.store)).toEqual([]);
    expect(await t.line.handOver()).toEqual([id]);
    expect(await redeliverBatch('failed')).toBe(0);
    expect((await t.store.getBatch({ id }))?.state).toBe('done');
  });

  it('orders once what is ordered again because its answer was lost', async () => {
    const id = await done(3);
    const order = {
      filter: { which: 'all', batchId: id } as const,
      matching: 3,
      actor: 'ann',
      now: t.line.now,
    };
    const { id: given } = await t.store.createRedelivery(order);
    while (await t.store.redeliverNext({ limit: 9, now: t.line.now }));
    await t.line.handOver();
    expect(await t.store.createRedelivery(order)).toMatchObject({ id: given, state: 'done' });
    expect(await t.store.redeliverNext({ limit: 9, now: t.line.now })).toBe(false);
    const others = [
      { ...order, actor: 'bob' },
      { ...order, now: order.now + 1 },
      { ...order, filter: { which: 'failed', batchId: id } as const },
    ];
    const ids = [given];
    for (const other of others) ids.push((await t.store.createRedelivery(other)).id);
    expect(new Set(ids).size).toBe(4);
  });

  it('gives a settled batch that keeps its word an end again after redelivery', async () => {
    await t.line.accept(makeArrivals('a', 2));
    await t.line.sendOpen();
    const id = await failedBatch();
    await t.line.handOver();
    expect(await redeliver('a1')).toBe('redelivering');
    expect(await t.store.getBatch({ id })).toMatchObject({ state: 'failed', ended_at: null });
    t.line.now += 3;
    await t.line.handOver();
    expect(await t.store.getBatch({ id })).toMatchObject({ state: 'failed', ended_at: t.line.now });
  });

  it('restarts only requests that ended because their batch failed, each with a new outcome to come', async () => {
    await t.line.accept(makeArrivals('a', 4));
    await t.line.sendOpen();
    const id = await failedBatch();
    const claimed = await t.line.claimDeliveries(2);
    await t.line.recordDeliveries(claimed);
    const { slice, finish } = await restarting(id);
    expect(await slice(0, 2)).toMatchObject({ held: true, count: 2 });
    expect(await slice(0, 2)).toMatchObject({ held: true, count: 1 });
    expect(await slice(0, 2)).toEqual({ held: true, count: 0, lastId: null });
    const batch = await finish();
    expect(batch).toMatchObject({
      restart_requested_at: null,
      state: 'uploading',
      sent_count: 3,
      size_bytes: 300,
      openai_batch_id: null,
      settled_at: null,
      ended_at: null,
      output_lines: null,
      missing_lines: null,
    });
    expect(await request('a1')).toMatchObject({ outcome: 'failed', error_code: 'invalid_request' });
    expect(await request('a2')).toMatchObject({ state: 'pending', outcome: null, outcome_number: 1 });
    expect(await recount(t.store)).toEqual([]);
    await t.line.upload();
    await t.line.submit();
    await t.line.finish();
    expect(await request('a2')).toMatchObject({
      outcome: 'succeeded',
      outcome_number: 2,
      state: 'delivering',
    });
    await t.line.handOver();
    expect(await t.store.getBatch({ id })).toMatchObject({ state: 'done', delivered_count: 4 });
    expect(await recount(t.store)).toEqual([]);
  });

  it('also restarts what a batch took over from another and then failed with', async () => {
    await t.line.accept(makeArrivals('a', 2));
    await t.line.sendOpen();
    await t.line.finish(() => 'again');
    await t.line.upload();
    await t.line.submit();
    await t.line.move('openai_processing', 'fail');
    await t.line.settle('failed', () => 'missing');
    expect((await request('a1'))?.error_code).toBe('batch_failed');
    const id = (await request('a1'))?.batch_id ?? 0;
    const { held } = await restarting(id);
    expect((await t.line.restart(held))?.sent_count).toBe(2);
  });

  it('leaves a request that is being sent to its end', async () => {
    await t.line.accept(makeArrivals('a', 4));
    await t.line.sendOpen();
    const id = await failedBatch();
    await t.line.handOver();
    await redeliver('a2');
    await t.line.claimDeliveries();
    const { slice } = await restarting(id);
    expect((await slice(0, 1)).count).toBe(1);
    expect((await request('a2'))?.state).toBe('delivering');
    expect((await request('a3'))?.state).toBe('pending');
  });

  it('restarts nothing once retention has taken the bodies', async () => {
    await t.line.accept(makeArrivals('a', 3));
    await t.line.sendOpen();
    const id = await failedBatch();
    await t.line.handOver();
    const sweep = { before: t.line.now + 1, limit: 10, now: t.line.now };
    while (await t.store.removeBodies(sweep));
    expect(await order(id)).toEqual({ kind: 'nothing' });
  });

  it('keeps an order to restart through a kill, and out of the way of whatever else would end the batch', async () => {
    await t.line.accept(makeArrivals('a', 4));
    await t.line.sendOpen();
    const id = await failedBatch();
    await t.line.handOver();
    const { slice, finish } = await restarting(id);
    await slice(0, 2);
    expect(await order(id)).toMatchObject({ kind: 'restarting', batch: { restart_requested_by: 'ann' } });
    expect((await t.store.deleteBatch({ batchId: id, evenUndelivered: true, now: t.line.now })).kind).toBe(
      'too_early',
    );
    const sweep = { before: t.line.now + 1, beforeUndelivered: t.line.now + 1, limit: 9, now: t.line.now };
    expect([await t.store.retireBatch(sweep), await t.store.removeBodies(sweep)]).toEqual([null, false]);
    expect(await recount(t.store)).toEqual([]);
    t.line.now += leaseMs;
    const next = await t.line.claim('failed');
    expect([await slice(0, 9), await finish()]).toMatchObject([{ held: false, count: 0 }, null]);
    expect(next && (await t.line.restart(next))).toMatchObject({ state: 'uploading', sent_count: 3 });
    const [last] = (await t.store.listTransitions({ batchId: id, limit: 99 })).slice(-1);
    expect(last).toMatchObject({ move: 'restart', actor: 'ann' });
    expect(await recount(t.store)).toEqual([]);
  });

  it('gives a wish up where nothing can be taken back any more, and the batch its end again', async () => {
    await t.line.accept(makeArrivals('a', 4));
    await t.line.sendOpen();
    const id = await failedBatch();
    await t.line.handOver();
    const { held } = await restarting(id);
    for (const customId of ['a2', 'a3', 'a4']) await redeliver(customId);
    const sent = await t.line.claimDeliveries();
    expect(await t.line.restart(held)).toMatchObject({ state: 'failed', restart_requested_at: null });
    await t.line.recordDeliveries(sent);
    expect(await t.store.getBatch({ id })).toMatchObject({ state: 'failed', ended_at: t.line.now });
    expect(await recount(t.store)).toEqual([]);
  });
}
