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

  const restartSlice = (batchId: number, afterId = 0, limit = 100) =>
    t.store.restartSlice({ batchId, afterId, limit, now: t.line.now });
  const restart = (batchId: number) => t.store.restartBatch({ batchId, actor: 'ann', now: t.line.now });

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

  it('redelivers what failed, or everything, of one batch in slices', async () => {
    const id = await done(5);
    await redeliver('a2');
    await t.line.handOver('give_up');
    const slice = { batchId: id, afterId: 0, limit: 3, actor: 'ann', now: t.line.now };
    expect((await t.store.redeliverSlice({ ...slice, state: 'delivery_failed' })).count).toBe(1);
    await t.line.handOver();
    const first = await t.store.redeliverSlice({ ...slice, state: 'delivered' });
    const rest = { ...slice, state: 'delivered', afterId: first.lastId ?? 0 } as const;
    const second = await t.store.redeliverSlice(rest);
    expect([first.count, second.count]).toEqual([3, 2]);
    const third = { ...slice, state: 'delivered', afterId: second.lastId ?? 0 } as const;
    expect(await t.store.redeliverSlice(third)).toEqual({ count: 0, lastId: null });
    expect(await recount(t.store)).toEqual([]);
    expect(await t.line.handOver()).toEqual([id]);
    expect(await t.store.redeliverSlice({ ...slice, state: 'delivery_failed' })).toMatchObject({ count: 0 });
    expect((await t.store.getBatch({ id }))?.state).toBe('done');
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
    expect(await restartSlice(id, 0, 2)).toMatchObject({ count: 2 });
    expect(await restartSlice(id, 0, 2)).toMatchObject({ count: 1 });
    expect(await restartSlice(id)).toEqual({ count: 0, lastId: null });
    const batch = await restart(id);
    expect(batch).toMatchObject({
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
    expect((await restartSlice(id)).count).toBe(2);
    expect((await restart(id))?.sent_count).toBe(2);
  });

  it('leaves a request that is being sent to its end', async () => {
    await t.line.accept(makeArrivals('a', 4));
    await t.line.sendOpen();
    const id = await failedBatch();
    await t.line.handOver();
    await redeliver('a2');
    await t.line.claimDeliveries();
    expect((await restartSlice(id, 0, 1)).count).toBe(1);
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
    expect(await restartSlice(id)).toEqual({ count: 0, lastId: null });
    expect(await restart(id)).toBeNull();
  });
}
