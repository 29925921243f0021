import { expect, it } from 'vitest';
import type { OpenStore } from './describe-store.ts';
import { makeArrivals } from './make-arrivals.ts';
import { recount } from './recount.ts';
import { useStore } from './use-store.ts';

/** What becomes of requests whose batch was refused, cut, or lacked money. */
export function describeRecovery(openStore: OpenStore): void {
  const t = useStore(openStore);
  const request = (customId: string) => t.store.getRequest({ customId });
  const successors = async () =>
    (await t.store.listBatches({ states: ['uploading'], cursor: null, limit: 99 })).reverse();

  /** A batch at the provider, held by a driver. */
  async function atProvider(count: number) {
    await t.line.accept(makeArrivals('a', count));
    const { id: batchId } = await t.line.sendOpen();
    const held = await t.line.claim('openai_processing');
    if (!held) throw new Error('nothing is at the provider');
    return { held, batchId };
  }

  async function fail(batchId: number, leaseToken: string) {
    const moving = { batchId, move: 'fail', leaseToken, actor: 'test', now: t.line.now } as const;
    await t.store.advanceBatch(moving);
    const held = await t.line.claim('failed');
    if (!held) throw new Error('no batch has failed');
    return { held, finish: { batchId, leaseToken: held.leaseToken, lines: null, now: t.line.now } };
  }

  it('ends refused lines with their own error, and gives the others their try back', async () => {
    const { held, batchId } = await atProvider(5);
    const ids = await t.store.sentIds({ batchId, afterId: 0, limit: 3 });
    expect(ids).toEqual((await t.line.rows(batchId)).slice(0, 3).map((row) => row.id));
    const refusals = [{ requestId: ids[1] as number, code: 'invalid_url', message: 'Not this URL.' }];
    const note = { batchId, leaseToken: held.leaseToken, run: 1, refusals, now: t.line.now };
    expect(await t.store.noteRefusals({ ...note, leaseToken: 'stale' })).toBe(false);
    expect(await request('a2')).toMatchObject({ error_code: null });
    expect([await t.store.noteRefusals(note), await t.store.noteRefusals(note)]).toEqual([true, true]);
    expect(await t.store.sentIds({ batchId, afterId: 0, limit: 3 })).toEqual(ids);
    const failed = await fail(batchId, held.leaseToken);
    await t.line.settleLeftovers(failed.held, { policy: 'survive', refusals: 1 });
    await t.store.finishDownload({ ...failed.finish, successorsDueAt: t.line.now + 7 });
    expect(await request('a2')).toMatchObject({
      outcome: 'failed',
      error_code: 'invalid_url',
      batch_id: batchId,
    });
    expect(await successors()).toMatchObject([
      { request_count: 4, sent_count: 4, refusals: 1, due_at: t.line.now + 7, successor_of: batchId },
    ]);
    expect(await request('a1')).toMatchObject({ state: 'pending', call_tries: 0, error_code: null });
    expect(await recount(t.store)).toEqual([]);
  });

  it('gives requests that were never sent to a successor as well', async () => {
    await t.line.accept(makeArrivals('a', 3));
    const [open] = await t.store.listBatches({ states: ['building'], cursor: null, limit: 1 });
    await t.line.close(open?.id ?? 0);
    await t.line.move('uploading', 'fail');
    const held = await t.line.claim('failed');
    if (!held) throw new Error('no batch has failed');
    await t.line.settleLeftovers(held, { policy: 'survive' });
    await t.store.finishDownload({
      batchId: held.batch.id,
      leaseToken: held.leaseToken,
      lines: null,
      now: t.line.now,
    });
    expect(await successors()).toMatchObject([{ request_count: 3, size_bytes: 300 }]);
    expect(await request('a3')).toMatchObject({ state: 'pending', call_tries: 0 });
    expect(await recount(t.store)).toEqual([]);
  });

  it('cuts by bytes into exactly two, whatever the size of a slice', async () => {
    const { held, batchId } = await atProvider(7);
    const failed = await fail(batchId, held.leaseToken);
    await t.line.settleLeftovers(failed.held, { policy: 'survive', bytes: 350, rowLimit: 4 }, 3);
    await t.store.finishDownload(failed.finish);
    expect((await successors()).map((batch) => [batch.request_count, batch.row_limit])).toEqual([
      [4, 4],
      [3, 4],
    ]);
    expect(await recount(t.store)).toEqual([]);
  });

  it('takes no try from a request for want of money, however often that happens', async () => {
    await t.line.accept(makeArrivals('a', 1));
    await t.line.sendOpen();
    for (let run = 1; run <= 5; run++) {
      const held = await t.line.claim('openai_processing');
      const batchId = held?.batch.id ?? 0;
      const moving = { batchId, actor: 'test', now: t.line.now } as const;
      await t.store.advanceBatch({ ...moving, move: 'complete', leaseToken: held?.leaseToken ?? '' });
      await t.line.move('openai_completed', 'download');
      const reading = await t.line.claim('downloading');
      if (!reading) throw new Error('nothing to download');
      const { leaseToken } = reading;
      const requestId = (await request('a1'))?.id ?? 0;
      const setbacks = [{ requestId, errorCode: 'insufficient_quota', errorMessage: 'No money.' }];
      await t.store.applyResults({ batchId, leaseToken, now: t.line.now, findings: [], setbacks });
      await t.line.settleLeftovers(reading);
      await t.store.finishDownload({ batchId, leaseToken, lines: null, now: t.line.now });
      expect(await request('a1')).toMatchObject({ state: 'pending', call_tries: 0 });
      await t.line.deliver();
      await t.line.upload();
      await t.line.submit();
    }
    expect(await recount(t.store)).toEqual([]);
  });

  it('says which batch has ended with its last delivery, also one that keeps its word', async () => {
    const { batchId } = await atProvider(2);
    t.line.now += 1_001;
    await t.line.move('openai_processing', 'expire');
    await t.line.settle('expired');
    expect(await t.line.handOver()).toEqual([batchId]);
    expect(await t.store.getBatch({ id: batchId })).toMatchObject({
      state: 'expired',
      ended_at: t.line.now,
    });
  });

  it('holds a batch under a condition, since the first time, until its next move', async () => {
    const { held, batchId } = await atProvider(1);
    const since = t.line.now;
    const hold = { batchId, condition: 'vanished', facts: { last_error: 'gone' } } as const;
    expect(await t.store.holdBatch({ ...hold, leaseToken: 'stale', now: since })).toBeNull();
    expect(await t.store.requestResubmit({ batchId, now: since })).toMatchObject({ kind: 'not_vanished' });
    await t.store.holdBatch({ ...hold, leaseToken: held.leaseToken, now: since });
    t.line.now += 5;
    const again = await t.line.claim('openai_processing');
    const still = { ...hold, leaseToken: again?.leaseToken ?? '', now: t.line.now };
    expect(await t.store.holdBatch(still)).toMatchObject({
      condition: 'vanished',
      condition_since: since,
      lease_token: null,
    });
    expect(await t.store.listConditions({ conditions: ['foreign_credentials'], limit: 9 })).toEqual([]);
    expect(await t.store.listConditions({ conditions: ['vanished'], limit: 9 })).toHaveLength(1);
    const ordered = await t.store.requestResubmit({ batchId, now: t.line.now });
    expect(ordered).toMatchObject({ kind: 'requested', batch: { resubmit_requested_at: t.line.now } });
    expect(await t.line.move('openai_processing', 'complete')).toMatchObject({
      condition: null,
      condition_since: null,
      resubmit_requested_at: null,
    });
    expect(await t.store.requestResubmit({ batchId: 999, now: t.line.now })).toEqual({ kind: 'not_found' });
  });

  it('tells how long batches stood in a state, newest first', async () => {
    for (const stood of [30, 10, 20]) {
      await t.line.accept(makeArrivals(`s${stood}-`, 1));
      await t.line.sendOpen();
      t.line.now += stood;
      await t.line.move('openai_processing', 'complete');
    }
    const times = { state: 'openai_processing', limit: 2 } as const;
    expect(await t.store.stateTimes(times)).toEqual([20, 10]);
    expect(await t.store.stateTimes({ ...times, limit: 9 })).toEqual([20, 10, 30]);
    expect(await t.store.stateTimes({ ...times, state: 'downloading' })).toEqual([]);
  });

  it('takes an event once, makes its batch due now and never later', async () => {
    const { held, batchId } = await atProvider(1);
    const { leaseToken } = held;
    const due_at = t.line.now + 60_000;
    await t.store.recordFacts({ batchId, leaseToken, facts: { due_at }, release: true });
    const event = { webhookId: 'wh_1', openaiBatchId: 'batch-1', now: t.line.now };
    expect(await t.store.takeOpenAIEvent(event)).toBe('due');
    expect((await t.store.getBatch({ id: batchId }))?.due_at).toBe(t.line.now);
    t.line.now += 5;
    expect(await t.store.takeOpenAIEvent({ ...event, now: t.line.now })).toBe('repeated');
    expect(await t.store.takeOpenAIEvent({ ...event, webhookId: 'wh_2', now: t.line.now })).toBe('due');
    expect((await t.store.getBatch({ id: batchId }))?.due_at).toBe(t.line.now - 5);
    const strange = { webhookId: 'wh_3', openaiBatchId: 'batch-x', now: t.line.now };
    expect(await t.store.takeOpenAIEvent(strange)).toBe('unknown_batch');
    expect(await t.store.forgetOpenAIEvents({ before: t.line.now, limit: 1 })).toBe(true);
    expect(await t.store.takeOpenAIEvent(event)).toBe('due');
  });

  it('keeps orphans until they are gone, and removes them only when ordered', async () => {
    const { now } = t.line;
    const file = (remoteId: string) => ({ kind: 'file' as const, remoteId, about: 'x', createdAt: 1 });
    const note = { orphans: [file('a'), file('b')], credentials: 'mine', removeAt: null, now };
    await t.store.noteOrphans(note);
    await t.store.noteOrphans({ ...note, orphans: [file('b'), file('c')], now: now + 1 });
    const [b, c, ...more] = await t.store.listOrphans({ limit: 9 });
    expect([b?.remote_id, b?.found_at, c?.remote_id, more]).toEqual(['b', now, 'c', []]);
    const claim = { credentials: 'mine', now: now + 2, leaseMs: 100, limit: 9 };
    expect(await t.store.claimOrphans(claim)).toEqual([]);
    expect(await t.store.orderOrphanRemoval({ id: b?.id ?? 0, now: now + 1 })).toBe(true);
    expect(await t.store.orderOrphanRemoval({ id: 999, now })).toBe(false);
    expect(await t.store.claimOrphans({ ...claim, credentials: 'other' })).toEqual([]);
    expect(await t.store.claimOrphans(claim)).toMatchObject([{ remote_id: 'b', tries: 1 }]);
    expect(await t.store.claimOrphans(claim)).toEqual([]);
    await t.store.endOrphanRemoval({ id: b?.id ?? 0, error: 'busy', removeAt: now + 50 });
    const again = await t.store.claimOrphans({ ...claim, now: now + 50 });
    expect(again).toMatchObject([{ tries: 2, last_error: 'busy' }]);
    await t.store.endOrphanRemoval({ id: b?.id ?? 0, error: null, removeAt: 0 });
    expect((await t.store.listOrphans({ limit: 9 })).map(({ remote_id }) => remote_id)).toEqual(['c']);
  });

  it('tells what is known of batches and files found at the provider', async () => {
    const { batchId } = await atProvider(1);
    const { now } = t.line;
    const plan = {
      kind: 'file',
      batchId,
      remoteIds: ['file-9'],
      credentials: 'mine',
      dueAt: now,
      now,
    } as const;
    await t.store.planCleanup(plan);
    const known = await t.store.knownRemotes({ batchIds: [batchId, 999], remoteIds: ['file-9', 'file-8'] });
    expect(known.owed).toEqual(['file-9']);
    expect(known.batches).toMatchObject([
      { id: batchId, openai_batch_id: 'batch-1', openai_input_file_id: 'file-1', submit_intent_at: null },
    ]);
  });
}
