import { expect, it } from 'vitest';
import type { RequestRow } from '../rows.ts';
import type { OpenStore } from './describe-store.ts';
import { type Answer, leaseMs } from './line.ts';
import { makeArrival, makeArrivals, makeFinding } from './make-arrivals.ts';
import { recount } from './recount.ts';
import { useStore } from './use-store.ts';

export function describeResults(openStore: OpenStore): void {
  const t = useStore(openStore);
  const request = (customId: string) => t.store.getRequest({ customId });
  const newest = async () => (await t.store.listBatches({ cursor: null, limit: 1 }))[0];
  const named =
    (answers: Readonly<Record<string, Answer>>) =>
    ({ custom_id }: RequestRow): Answer =>
      answers[custom_id] ?? 'succeeded';

  /** A batch at the provider whose results are being read. */
  async function downloading(count: number) {
    await t.line.accept(makeArrivals('a', count));
    const { id } = await t.line.sendOpen();
    await t.line.move('openai_processing', 'complete');
    await t.line.move('openai_completed', 'download');
    const held = await t.line.claim('downloading');
    if (!held) throw new Error('nothing to download');
    const rows = await t.line.rows(id);
    const { leaseToken } = held;
    return {
      held,
      rows,
      ids: rows.map((row) => row.id),
      apply: { batchId: id, leaseToken, now: t.line.now },
    };
  }

  it('applies a slice once, however often it comes', async () => {
    const { apply, ids } = await downloading(3);
    const [a, b, c] = ids as [number, number, number];
    const noPrice = makeFinding(b, 'succeeded', { cost: null });
    const findings = [makeFinding(a, 'succeeded'), noPrice, makeFinding(c, 'failed')];
    const once = await t.store.applyResults({ ...apply, findings, setbacks: [] });
    const batch = await t.store.getBatch({ id: apply.batchId });
    const twice = await t.store.applyResults({ ...apply, now: apply.now + 9, findings, setbacks: [] });
    expect([once.applied, twice.applied]).toEqual([3, 0]);
    expect(await t.store.getBatch({ id: apply.batchId })).toEqual(batch);
    expect(batch).toMatchObject({
      succeeded_count: 2,
      failed_count: 1,
      input_tokens: 22,
      cached_tokens: 6,
      output_tokens: 14,
      reasoning_tokens: 4,
      list_nano_usd: 1_000,
      paid_nano_usd: 500,
      unpriced_count: 1,
    });
    expect(await request('a1')).toMatchObject({ state: 'openai_processed', outcome_number: 1 });
    expect(await request('a3')).toMatchObject({ state: 'failed', error_code: 'invalid_request' });
    const stored = await t.store.getResult({ requestId: a });
    expect(Buffer.from(stored?.line ?? []).equals(makeFinding(a, 'succeeded').line)).toBe(true);
    expect(stored).toMatchObject({ custom_id_start: 21, status_code: 200 });
  });

  it('leaves unknown ids, requests of other batches and ended ones untouched', async () => {
    const { apply, ids } = await downloading(2);
    await t.line.accept([makeArrival('elsewhere', { model: 'gpt-4.1' })]);
    await t.line.sendOpen();
    const elsewhere = (await request('elsewhere'))?.id ?? 0;
    const [a] = ids as [number];
    await t.store.applyResults({ ...apply, findings: [makeFinding(a, 'failed')], setbacks: [] });
    const findings = [
      makeFinding(a, 'succeeded'),
      makeFinding(elsewhere, 'succeeded'),
      makeFinding(987, 'failed'),
    ];
    const setback = (requestId: number) => ({ requestId, errorCode: 'late', errorMessage: 'x' });
    const setbacks = [setback(a), setback(elsewhere), setback(987)];
    const { applied, strangers } = await t.store.applyResults({ ...apply, findings, setbacks });
    expect(applied).toBe(0);
    expect(strangers).toEqual([elsewhere, 987, elsewhere, 987]);
    expect(await request('a1')).toMatchObject({ outcome: 'failed', error_code: 'invalid_request' });
    expect(await request('elsewhere')).toMatchObject({
      state: 'openai_processing',
      error_code: null,
    });
    expect(await t.store.getResult({ requestId: elsewhere })).toBeUndefined();
    expect(await recount(t.store)).toEqual([]);
  });

  it('applies nothing under a lost lease', async () => {
    const { apply, held, ids } = await downloading(1);
    t.line.now += leaseMs;
    await t.line.claim('downloading');
    const findings = [makeFinding(ids[0] as number, 'succeeded')];
    const late = await t.store.applyResults({ ...apply, findings, setbacks: [] });
    expect(late).toEqual({ held: false, applied: 0, strangers: [] });
    await expect(t.line.settleLeftovers(held)).rejects.toThrow('lost');
    expect(await request('a1')).toMatchObject({ state: 'openai_processing' });
  });

  it('sends again what may still succeed, in a successor that starts when its predecessor has settled', async () => {
    const { apply, held, ids } = await downloading(3);
    const setbacks = [{ requestId: ids[1] as number, errorCode: 'server_error', errorMessage: 'Oops.' }];
    const findings = [makeFinding(ids[0] as number, 'succeeded')];
    await t.store.applyResults({ ...apply, findings, setbacks });
    expect(await request('a2')).toMatchObject({ error_code: 'server_error', state: 'openai_processing' });
    await t.line.settleLeftovers(held);
    const growing = await newest();
    expect(growing).toMatchObject({
      state: 'uploading',
      successor_of: apply.batchId,
      request_count: 2,
      closed_at: null,
      sent_count: null,
    });
    expect(await t.line.upload()).toBeNull();
    const lines = { output_lines: 1, error_lines: 1, missing_lines: 1, duplicate_lines: 0, unknown_lines: 0 };
    expect(await t.store.finishDownload({ ...apply, lines })).toMatchObject({
      state: 'ready_to_deliver',
      sent_count: 3,
      request_count: 1,
      ...lines,
    });
    expect(await newest()).toMatchObject({ closed_at: t.line.now, sent_count: 2 });
    expect((await t.line.upload())?.id).toBe(growing?.id);
    const runs = await t.store.listRuns({ requestId: ids[1] as number });
    expect(runs).toMatchObject([{ batch_id: apply.batchId, run: 1, ended: 'server_error' }]);
    const [missing] = await t.store.listRuns({ requestId: ids[2] as number });
    expect(missing?.ended).toBe('missing_result');
    expect(await recount(t.store)).toEqual([]);
  });

  it('ends a request at its third try with what happened to it last', async () => {
    await t.line.accept(makeArrivals('a', 2));
    await t.line.sendOpen();
    for (let run = 1; run <= 3; run++) {
      await t.line.finish(
        named({ a1: run === 3 ? 'again' : 'missing', a2: run === 3 ? 'missing' : 'again' }),
      );
      if (run === 3) break;
      await t.line.upload();
      await t.line.submit();
    }
    expect(await request('a1')).toMatchObject({
      outcome: 'failed',
      error_code: 'server_error',
      call_tries: 3,
    });
    expect(await request('a2')).toMatchObject({
      outcome: 'failed',
      error_code: 'missing_result',
      call_tries: 3,
    });
    expect((await t.store.listBatches({ cursor: null, limit: 9 })).length).toBe(3);
    expect(await recount(t.store)).toEqual([]);
  });

  it('gives the rows of an expired batch three windows, then ends them as expired', async () => {
    await t.line.accept(makeArrivals('a', 1));
    await t.line.sendOpen();
    for (let run = 1; run <= 3; run++) {
      await t.line.move('openai_processing', 'expire');
      await t.line.settle('expired', () => 'missing');
      await t.line.upload();
      await t.line.submit();
    }
    const row = await request('a1');
    expect(row).toMatchObject({ outcome: 'expired', error_code: 'batch_expired', state: 'delivering' });
    expect(await t.store.listRuns({ requestId: row?.id ?? 0 })).toHaveLength(2);
  });

  it('ends the requests of a cancelled batch as cancelled, whatever befell them in an earlier batch', async () => {
    await t.line.accept(makeArrivals('a', 1));
    await t.line.sendOpen();
    await t.line.finish(() => 'again');
    const successor = await newest();
    const order = { batchId: successor?.id ?? 0, actor: 'ann', now: t.line.now };
    expect((await t.store.cancelBatch(order)).kind).toBe('cancelled');
    await t.line.settle('cancelled');
    expect(await request('a1')).toMatchObject({ outcome: 'cancelled', error_code: 'batch_cancelled' });
  });

  it('gives back a try that the provider turned away', async () => {
    await t.line.accept(makeArrivals('a', 3));
    const { id: batchId } = await t.line.sendOpen();
    const leaseToken = (await t.line.claim('openai_processing'))?.leaseToken ?? '';
    const slice = { batchId, leaseToken, now: t.line.now, limit: 2 };
    const stale = { ...slice, leaseToken: 'stale' };
    expect(await t.store.returnRequests(stale)).toEqual({ held: false, moved: 0 });
    expect([await t.store.returnRequests(slice), await t.store.returnRequests(slice)]).toEqual([
      { held: true, moved: 2 },
      { held: true, moved: 1 },
    ]);
    expect(await t.store.sendRequests(stale)).toEqual({ held: false, moved: 0 });
    expect((await t.line.rows(batchId)).map((row) => [row.state, row.call_tries])).toEqual([
      ['pending', 0],
      ['pending', 0],
      ['pending', 0],
    ]);
  });

  it('fills successors up to their limit and no further', async () => {
    const { held, apply } = await downloading(7);
    await t.line.settleLeftovers(held, { rows: 3 }, 5);
    await t.store.finishDownload({ ...apply, lines: null });
    const batches = await t.store.listBatches({ states: ['uploading'], cursor: null, limit: 9 });
    expect(batches.map((batch) => [batch.request_count, batch.due_at])).toEqual([
      [1, t.line.now],
      [3, t.line.now],
      [3, t.line.now],
    ]);
    expect(await recount(t.store)).toEqual([]);
  });
}
