import { expect, it } from 'vitest';
import { type BatchMove, type BatchState, batchMoves, batchStates, mayMove } from '../../../core/batch.ts';
import type { OpenStore } from './describe-store.ts';
import { leaseMs } from './line.ts';
import { makeArrival, makeArrivals } from './make-arrivals.ts';
import { useStore } from './use-store.ts';

const first = { cursor: null, limit: 1 };

export function describeMoves(openStore: OpenStore): void {
  const t = useStore(openStore);
  const claim = (states: readonly BatchState[], leaseToken: string, limit = 10) =>
    t.store.claimBatches({ states, now: t.line.now, limit, leaseMs, leaseToken, owner: 'test' });

  async function openBatch(customId = 'a', model = 'gpt-4o') {
    await t.line.accept([makeArrival(customId, { model })]);
    const [batch] = await t.store.listBatches(first);
    if (!batch) throw new Error('no batch was opened');
    return batch;
  }

  it('moves a batch from the states of the table only, and says null everywhere else', async () => {
    const moves = (Object.keys(batchMoves) as BatchMove[]).filter((m) => m !== 'open' && m !== 'succeed');
    const batch = await openBatch();
    const moving = { batchId: batch.id, actor: 'test', now: t.line.now };
    const seen = new Set<BatchState>();
    let state: BatchState = 'building';
    // A walk through every state, which tries every illegal move on the way.
    const walk: readonly [BatchMove, BatchState][] = [
      ['close', 'uploading'],
      ['upload', 'uploaded'],
      ['wait', 'waiting_for_capacity'],
      ['submit', 'openai_processing'],
      ['complete', 'openai_completed'],
      ['download', 'downloading'],
      ['fail', 'failed'],
      ['restart', 'uploading'],
      ['upload', 'uploaded'],
      ['submit', 'openai_processing'],
      ['complete', 'openai_completed'],
      ['download', 'downloading'],
      ['ready', 'ready_to_deliver'],
      ['deliver', 'delivering'],
      ['finish', 'done'],
    ];
    for (const [move, to] of [...walk, ['finish', 'done'] as const]) {
      for (const other of moves.filter((m) => !mayMove(state, m))) {
        const target = { ...moving, move: other, to: batchMoves[other].to[0] as BatchState };
        expect([state, other, await t.store.advanceBatch(target)]).toEqual([state, other, null]);
      }
      seen.add(state);
      const after = await t.store.advanceBatch({ ...moving, move, to });
      if (state !== 'done') expect(after?.state).toBe(to);
      state = to;
    }
    const sideExits = ['expired', 'cancelled'];
    expect(batchStates.filter((s) => !seen.has(s) && !sideExits.includes(s))).toEqual([]);
  });

  it('writes each transition with actor, reason and time, birth included', async () => {
    const batch = await openBatch();
    t.line.now += 5;
    const moving = { batchId: batch.id, move: 'close', actor: 'ann', now: t.line.now } as const;
    await t.store.advanceBatch({ ...moving, reason: 'full moon' });
    const transitions = await t.store.listTransitions({ batchId: batch.id, limit: 10 });
    expect(transitions.map((x) => [x.from_state, x.to_state, x.move, x.actor, x.reason, x.at])).toEqual([
      [null, 'building', 'open', 'intake', null, 1_000_000],
      ['building', 'uploading', 'close', 'ann', 'full moon', 1_000_005],
    ]);
  });

  it('gives a race to one mover alone, and writes one transition', async () => {
    const batch = await openBatch();
    const moving = { batchId: batch.id, move: 'close', now: t.line.now } as const;
    const movers = Array.from({ length: 5 }, (_, n) => t.store.advanceBatch({ ...moving, actor: `${n}` }));
    expect((await Promise.all(movers)).filter((row) => row !== null)).toHaveLength(1);
    expect(await t.store.listTransitions({ batchId: batch.id, limit: 10 })).toHaveLength(2);
  });

  it('claims what has been due for longest, and tells when the next falls due', async () => {
    const due = [30, 10, 20, 90];
    for (const [index, later] of due.entries()) {
      const batch = await openBatch(`r${index}`, `model-${index}`);
      await t.store.recordFacts({ batchId: batch.id, facts: { due_at: t.line.now + later } });
    }
    t.line.now += 50;
    const { batches, nextDueAt } = await claim(['building'], 'x', 2);
    expect(batches.map(({ model }) => model).sort()).toEqual(['model-1', 'model-2']);
    expect(nextDueAt).toBe(1_000_090);
    expect((await claim(['building'], 'y')).batches.map(({ model }) => model)).toEqual(['model-0']);
    expect((await claim(['uploading'], 'z')).nextDueAt).toBeNull();
  });

  it('gives a batch to one holder, and to another once the lease has run out', async () => {
    await t.line.accept(makeArrivals('a', 1));
    t.line.now += 3_600_000;
    expect((await claim(['building'], 'one')).batches).toHaveLength(1);
    expect((await claim(['building'], 'two')).batches).toHaveLength(0);
    t.line.now += leaseMs;
    expect((await claim(['building'], 'two')).batches).toHaveLength(1);
  });

  it('lets a stale lease record nothing', async () => {
    const batch = await openBatch();
    const batchId = batch.id;
    t.line.now += 3_600_000;
    await claim(['building'], 'stale');
    t.line.now += leaseMs;
    await claim(['building'], 'live');
    const { now } = t.line;
    const stale = { batchId, leaseToken: 'stale', now };
    expect(await t.store.advanceBatch({ ...stale, move: 'close', actor: 'test' })).toBeNull();
    expect(await t.store.recordFacts({ ...stale, facts: { last_error: 'x' } })).toBeNull();
    await t.store.releaseBatches({ releases: [{ ...stale, facts: { last_error: 'x' } }] });
    expect(await t.store.keepLease({ ...stale, until: now + 99 })).toBe(false);
    expect(await t.store.settleBatch(stale)).toBe(false);
    expect(await t.store.finishDownload({ ...stale, lines: null })).toBeNull();
    expect(await t.store.applyResults({ ...stale, findings: [], setbacks: [] })).toMatchObject({
      held: false,
    });
    const closing = { ...stale, reason: 'age', actor: 'build', removeEmpty: true } as const;
    expect((await t.store.closeBatch(closing)).kind).toBe('not_building');
    expect(await t.store.getBatch({ id: batchId })).toMatchObject({
      state: 'building',
      last_error: null,
      settled_at: null,
      lease_token: 'live',
    });
    expect(await t.store.keepLease({ batchId, leaseToken: 'live', until: now + 99 })).toBe(true);
    expect((await t.store.getBatch({ id: batchId }))?.lease_until).toBe(now + 99);
  });

  it('records facts under a lease, and gives it up on demand', async () => {
    const batch = await openBatch();
    t.line.now += 3_600_000;
    await claim(['building'], 'live');
    const facts = { openai_input_file_id: 'file-9' };
    expect(await t.store.recordFacts({ batchId: batch.id, leaseToken: 'live', facts })).toMatchObject({
      lease_token: 'live',
      ...facts,
    });
    const release = { batchId: batch.id, leaseToken: 'live', facts: { tries: 1 }, release: true };
    expect(await t.store.recordFacts(release)).toMatchObject({ lease_token: null, tries: 1 });
    await claim(['building'], 'one');
    const one = { batchId: batch.id, leaseToken: 'one', facts: { tries: 3, last_error: 'looked' } };
    const lost = { ...one, leaseToken: 'lost', facts: { tries: 9 } };
    await t.store.releaseBatches({ releases: [lost, one] });
    expect(await t.store.getBatch({ id: batch.id })).toMatchObject({ ...one.facts, lease_token: null });
    await claim(['building'], 'dead');
    expect(await t.store.breakLeases()).toBe(1);
    expect((await claim(['building'], 'next')).batches).toHaveLength(1);
  });

  it('cancels a free batch at once, and writes down the wish where somebody is at work', async () => {
    const batch = await openBatch();
    const order = { batchId: batch.id, actor: 'ann', now: t.line.now };
    await t.line.close(batch.id);
    await claim(['uploading'], 'busy');
    expect((await t.store.cancelBatch(order)).kind).toBe('requested');
    const asked = await t.store.getBatch({ id: batch.id });
    expect([asked?.state, asked?.cancel_requested_at]).toEqual(['uploading', t.line.now]);
    t.line.now += leaseMs;
    expect((await t.store.cancelBatch({ ...order, now: t.line.now })).kind).toBe('cancelled');
    expect((await t.store.cancelBatch(order)).kind).toBe('too_late');
    expect((await t.store.cancelBatch({ ...order, batchId: 999 })).kind).toBe('not_found');
  });

  it('does not cancel past the provider: running, or with a creation of unknown fate', async () => {
    await t.line.accept([makeArrival('a')]);
    const running = await t.line.sendOpen();
    const order = { actor: 'ann', now: t.line.now };
    expect((await t.store.cancelBatch({ ...order, batchId: running.id })).kind).toBe('requested');
    const other = await openBatch('b', 'gpt-4.1');
    await t.line.close(other.id);
    await t.store.recordFacts({ batchId: other.id, facts: { submit_intent_at: 5 } });
    expect((await t.store.cancelBatch({ ...order, batchId: other.id })).kind).toBe('requested');
    expect((await t.store.getBatch({ id: other.id }))?.state).toBe('uploading');
  });
}
