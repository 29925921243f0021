/** Figures that the console shows, and the list of what people ordered. */
import { expect, it } from 'vitest';
import type { OpenStore } from './describe-store.ts';
import { makeArrivals, notDelivered } from './make-arrivals.ts';
import { useStore } from './use-store.ts';

const hour = 3_600_000;
const order = { action: 'batch.cancel', subject: 'batch 1', longestMs: 1_000 };

export function describeConsole(openStore: OpenStore): void {
  const t = useStore(openStore);

  it('counts what happened in each hour: arrivals, outcomes, hand-overs', async () => {
    await t.line.accept(makeArrivals('a', 5));
    await t.line.accept([...makeArrivals('a', 5), ...makeArrivals('b', 2, notDelivered)]);
    await t.line.accept(makeArrivals('c', 3, { model: 'gpt-5' }));
    await t.store.cancelRequest({ customId: 'b2', now: t.line.now });
    t.line.now += hour;
    await t.line.sendOpen();
    await t.line.finish(() => 'succeeded');
    await t.line.handOver('give_up');
    const [first, second] = await t.store.sumHours({ from: 0, to: t.line.now + 1 });
    expect(first).toMatchObject({ hour: 0, accepted: 10, cancelled: 1, succeeded: 0 });
    expect(second?.hour).toBe(hour);
    const done = (second?.succeeded ?? 0) + (second?.failed ?? 0);
    expect([3, 6]).toContain(done);
    expect(second?.delivery_failed).toBe(done === 3 ? 3 : 5);
    expect(await t.store.sumHours({ from: hour, to: t.line.now + 1 })).toHaveLength(1);
    await t.store.removeFigures({ before: hour });
    expect(await t.store.sumHours({ from: 0, to: t.line.now + 1 })).toHaveLength(1);
  });

  it('sums cost by day, model and tag, and says what had no price', async () => {
    await t.line.accept([...makeArrivals('a', 3, { tag: 'red' }), ...makeArrivals('b', 1)]);
    await t.line.sendOpen();
    await t.line.finish((request) => (request.custom_id === 'a3' ? 'failed' : 'succeeded'));
    const all = { from: 0, to: t.line.now + 1, limit: 10 };
    const [day] = await t.store.sumCosts({ by: 'day', ...all });
    expect(day).toMatchObject({ day: 0, answered: 3, input_tokens: 33, list_nano_usd: 3_000, unpriced: 0 });
    const [red, none] = await t.store.sumCosts({ by: 'tag', ...all });
    expect([red?.tag, red?.answered, red?.paid_nano_usd]).toEqual(['red', 2, 1_000]);
    expect([none?.tag, none?.answered]).toEqual(['', 1]);
    expect(await t.store.sumCosts({ by: 'model', ...all })).toMatchObject([
      { endpoint: '/v1/responses', model: 'gpt-4o-mini', output_tokens: 21 },
    ]);
  });

  it('lets an order run once at a time, takes over from the dead, and keeps how each ended', async () => {
    const { store } = t;
    const first = await store.beginAction({ ...order, key: 'k', actor: 'ann', now: 100 });
    expect(first.kind).toBe('begun');
    const second = await store.beginAction({ ...order, key: 'k', actor: 'bob', now: 500 });
    expect(second).toEqual({ kind: 'running', actor: 'ann', since: 100 });
    expect((await store.beginAction({ ...order, key: 'other', actor: 'bob', now: 500 })).kind).toBe('begun');
    const third = await store.beginAction({ ...order, key: 'k', actor: 'bob', now: 1_200 });
    await store.endAction({
      id: third.kind === 'begun' ? third.id : 0,
      status: 409,
      message: 'late',
      now: 1_300,
    });
    const rows = await store.listActions({ cursor: null, limit: 2 });
    expect(rows.map(({ actor, status, message }) => [actor, status, message])).toEqual([
      ['bob', 409, 'late'],
      ['bob', null, null],
    ]);
    expect(await store.removeActions({ before: 200, limit: 10 })).toBe(false);
    expect(await store.listActions({ cursor: null, limit: 10 })).toHaveLength(2);
  });

  it('closes the entry of an order in the transaction that carries it out, and of none that was refused', async () => {
    const { store } = t;
    const begin = async (key: string) => {
      const begun = await store.beginAction({ ...order, key, actor: 'ann', now: 100 });
      return { id: begun.kind === 'begun' ? begun.id : 0, now: 200 };
    };
    const look = async () => {
      const rows = await store.listActions({ cursor: null, limit: 10 });
      return Object.fromEntries(rows.map(({ key, status, ended_at }) => [key, [status, ended_at]]));
    };
    await t.line.accept(makeArrivals('a', 2));
    const [open] = await store.listBatches({ states: ['building'], cursor: null, limit: 1 });
    const cancel = async (key: string) => {
      const entry = await begin(key);
      const by = { batchId: open?.id ?? 0, actor: 'ann', now: t.line.now };
      return { entry, ...(await store.cancelBatch({ ...by, order: entry })) };
    };
    // Nobody tells how these were answered: the process is gone.
    const { kind, entry } = await cancel('first');
    expect(kind).toBe('cancelled');
    const refused = await cancel('late');
    expect(refused.kind).toBe('too_late');
    const broken = await begin('broken');
    // A price without a number is against a rule of the table.
    const price = { model: 'm', from_at: 1, input_nano_usd: null as never, cached_nano_usd: 1 } as never;
    await expect(store.setPrice({ price, actor: 'ann', now: 100, order: broken })).rejects.toThrow();
    expect(await look()).toEqual({ first: [202, 200], late: [null, null], broken: [null, null] });

    const answer = (id: number, status: number) => store.endAction({ id, status, message: null, now: 300 });
    await answer(entry.id, 500);
    await answer(refused.entry.id, 409);
    expect(await look()).toMatchObject({ first: [202, 200], late: [409, 300] });
    await answer(entry.id, 200);
    expect(await look()).toMatchObject({ first: [200, 300] });
  });

  it('remembers which sessions were ended until they would have been over', async () => {
    const { store } = t;
    for (const [sessionId, until] of Object.entries({ a: 100, b: 200, c: 300 })) {
      await store.endSession({ sessionId, until });
    }
    await store.endSession({ sessionId: 'a', until: 100 });
    expect(await store.forgetEndedSessions({ before: 300, limit: 1 })).toBe(true);
    expect(await store.forgetEndedSessions({ before: 300, limit: 2 })).toBe(false);
    const ended = ['a', 'b', 'c', 'd'].map((sessionId) => store.hasSessionEnded({ sessionId }));
    expect(await Promise.all(ended)).toEqual([false, false, true, false]);
  });

  it('says what has moved since a page looked', async () => {
    const before = await t.store.readLiveMark({ now: t.line.now });
    await t.line.accept(makeArrivals('a', 4));
    const { id } = await t.line.sendOpen();
    const after = await t.store.readLiveMark({ now: t.line.now });
    expect(after.accepted - before.accepted).toBe(4);
    expect(after.transitionId).toBeGreaterThan(before.transitionId);
    const moves = await t.store.listMoves({ afterId: before.transitionId, limit: 100 });
    expect(moves.map((move) => move.batch_id)).toEqual(moves.map(() => id));
    expect(moves[0]?.id).toBe(after.transitionId);
    expect(moves).toHaveLength(after.transitions - before.transitions);
    const flow = await t.store.sumFlow({ since: 0 });
    expect(flow).toContainEqual({ from_state: 'uploading', to_state: 'uploaded', batches: 1, requests: 4 });
  });

  it('shows who holds what, what is due, and what went wrong last', async () => {
    await t.line.accept(makeArrivals('a', 1));
    const [open] = await t.store.listBatches({ cursor: null, limit: 1 });
    await t.line.close(open?.id ?? 0);
    expect(await t.store.countDue({ now: t.line.now })).toEqual([{ state: 'uploading', due: 1 }]);
    const held = await t.line.claim('uploading');
    expect(await t.store.countDue({ now: t.line.now })).toEqual([]);
    const [lease] = await t.store.listLeases({ now: t.line.now, limit: 5 });
    expect([lease?.id, lease?.lease_owner]).toEqual([held?.batch.id, 'test']);
    const facts = { last_error: 'no answer', last_error_at: t.line.now, tries: 1 };
    const { leaseToken = '' } = held ?? {};
    await t.store.recordFacts({ batchId: open?.id ?? 0, leaseToken, facts, release: true });
    expect((await t.store.listTroubled({ limit: 5 })).map((row) => row.last_error)).toEqual(['no answer']);
    expect(await t.store.listLeases({ now: t.line.now, limit: 5 })).toEqual([]);
  });

  it('finds by id and by the ids of OpenAI, counts distinct errors, and shows no secret of a record', async () => {
    await t.line.accept(makeArrivals('a', 3));
    const { id } = await t.line.sendOpen();
    await t.line.finish((request) => (request.custom_id === 'a1' ? 'succeeded' : 'failed'));
    const row = await t.store.getRequest({ customId: 'a1' });
    expect((await t.store.getRequestById({ id: row?.id ?? 0 }))?.custom_id).toBe('a1');
    const body = await t.store.getBody({ requestId: row?.id ?? 0 });
    expect(Buffer.from(body ?? []).toString()).toContain('hello from a1');
    expect(await t.store.findBatchByRemoteId({ remoteId: 'batch-1' })).toBe(id);
    expect(await t.store.findBatchByRemoteId({ remoteId: 'file-1' })).toBe(id);
    expect(await t.store.findBatchByRemoteId({ remoteId: 'file-2' })).toBe(null);
    expect(await t.store.countErrors({ batchId: id, limit: 5 })).toEqual([
      { error_code: 'invalid_request', error_message: 'It was refused.', requests: 2 },
    ]);
    expect(await t.store.listTurnarounds({ from: 0, limit: 5 })).toHaveLength(1);
    await t.store.createApiKey({ name: 'k', keyHash: 'the-hash', scopes: 'read', actor: 'ann', now: 1 });
    const [key] = await t.store.listRecords({ kind: 'api_keys', beforeKey: null, limit: 5 });
    expect(JSON.stringify(key)).not.toContain('the-hash');
    const requests = await t.store.listRecords({
      kind: 'requests',
      beforeKey: (row?.id ?? 0) + 1,
      limit: 5,
    });
    expect(requests).toHaveLength(1);
  });
}
