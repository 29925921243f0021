import { expect, it } from 'vitest';
import { lineHead } from '../../../core/line-id.ts';
import type { OpenStore } from './describe-store.ts';
import { limitsWith, makeArrival, makeArrivals, notDelivered } from './make-arrivals.ts';
import { recount } from './recount.ts';
import { useStore } from './use-store.ts';

const list = { cursor: null, limit: 100 };

export function describeIntake(openStore: OpenStore): void {
  const t = useStore(openStore);
  const batches = async () => (await t.store.listBatches(list)).reverse();

  it('stores a group in one open batch and reads every field back', async () => {
    const arrival = makeArrival('a', { tag: 'night', metadata: '{"k":1}', embeddingInputs: 2 });
    const [first, second] = await t.line.accept([arrival, makeArrival('b')]);
    expect([first?.kind, second?.kind]).toEqual(['accepted', 'accepted']);
    const row = await t.store.getRequest({ customId: 'a' });
    expect(row).toMatchObject({
      id: first?.requestId,
      state: 'pending',
      outcome: null,
      tag: 'night',
      metadata: '{"k":1}',
      endpoint: '/v1/responses',
      model: 'gpt-4o-mini',
      delivery: arrival.delivery,
      created_at: t.line.now,
    });
    const page = await t.store.inputPage({
      batchId: row?.batch_id ?? 0,
      endpoint: '/v1/responses',
      afterId: 0,
      maxBytes: 1_000,
      limit: 9,
    });
    const [sent] = Buffer.from(page?.bytes ?? [])
      .toString()
      .split('\n');
    expect(sent).toBe(`${lineHead(row?.id ?? 0, '/v1/responses')}${arrival.body}}`);
    expect((await batches()).map((b) => [b.state, b.request_count, b.due_at])).toEqual([
      ['building', 2, t.line.now + 3_600_000],
    ]);
  });

  it('answers the same content again, and other content with a conflict, without failing the group', async () => {
    const [first] = await t.line.accept([makeArrival('a')]);
    const group = [
      makeArrival('b'),
      makeArrival('a'),
      makeArrival('a', { text: 'other' }),
      makeArrival('b'),
      makeArrival('b', { text: 'other' }),
      makeArrival('c'),
    ];
    const answered = await t.line.accept(group);
    expect(answered.map(({ kind }) => kind)).toEqual([
      'accepted',
      'same',
      'conflict',
      'same',
      'conflict',
      'accepted',
    ]);
    expect(answered[1]?.requestId).toBe(first?.requestId);
    expect(answered[2]?.requestId).toBe(first?.requestId);
    expect(answered[3]?.requestId).toBe(answered[0]?.requestId);
    expect(await recount(t.store)).toEqual([]);
    expect((await t.store.countRequests()).requests).toBe(3);
  });

  it('recognises a repeat after its batch has closed, and leaves no empty batch behind', async () => {
    await t.line.accept([makeArrival('a')]);
    await t.line.sendOpen();
    expect((await t.line.accept([makeArrival('a')])).map(({ kind }) => kind)).toEqual(['same']);
    expect((await t.line.accept([makeArrival('a', { text: 'x' })]))[0]?.kind).toBe('conflict');
    expect(await batches()).toHaveLength(1);
  });

  it('accepts each content once when many groups bring it at the same time', async () => {
    const groups = Array.from({ length: 20 }, (_, index) =>
      t.line.accept([makeArrival('shared', { text: `v${index % 2}` }), makeArrival(`own${index}`)]),
    );
    const shared = (await Promise.all(groups)).map(([answer]) => answer);
    const kinds = shared.map((answer) => answer?.kind).sort();
    expect(kinds).toEqual([
      'accepted',
      ...Array.from({ length: 10 }, () => 'conflict'),
      ...Array.from({ length: 9 }, () => 'same'),
    ]);
    expect(new Set(shared.map((answer) => answer?.requestId)).size).toBe(1);
    const open = await batches();
    expect(new Set(open.map(({ slot }) => slot)).size).toBe(open.length);
    expect(open.every(({ request_count }) => request_count > 0)).toBe(true);
    expect(await recount(t.store)).toEqual([]);
  });

  it('keeps one open batch for each endpoint, model and slot under concurrent groups', async () => {
    const models = ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1'];
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        t.line.accept(makeArrivals(`g${index}-`, 3, { model: models[index % 3] as string }), tiny),
      ),
    );
    const open = (await batches()).filter(({ state }) => state === 'building');
    expect(new Set(open.map(({ model, slot }) => `${model} ${slot}`)).size).toBe(open.length);
    expect((await batches()).every(({ request_count }) => request_count <= 7)).toBe(true);
    expect(await recount(t.store)).toEqual([]);
  });

  const tiny = limitsWith({ maxRequests: 7 });

  it.each([
    ['requests', limitsWith({ maxRequests: 3 })],
    ['bytes', limitsWith({ maxBytes: 300 })],
    ['embedding_inputs', limitsWith({ maxEmbeddingInputs: 6 })],
    ['tokens', limitsWith({ maxTokens: 30 })],
  ] as const)('closes exactly at the limit of %s, and the next request opens the next batch', async (reason, limits) => {
    const over = { embeddingInputs: 2 };
    await t.line.accept(makeArrivals('a', 2, over), limits);
    expect((await batches()).map((b) => b.state)).toEqual(['building']);
    await t.line.accept(makeArrivals('b', 1, over), limits);
    expect((await batches()).map((b) => [b.state, b.close_reason, b.sent_count])).toEqual([
      ['uploading', reason, 3],
    ]);
    await t.line.accept(makeArrivals('c', 4, over), limits);
    expect((await batches()).map((b) => [b.state, b.request_count])).toEqual([
      ['uploading', 3],
      ['uploading', 3],
      ['building', 1],
    ]);
    expect(await recount(t.store)).toEqual([]);
  });

  it.each([
    ['bytes', limitsWith({ maxBytes: 399 }), { lineBytes: 200 }],
    ['embedding_inputs', limitsWith({ maxEmbeddingInputs: 5 }), { embeddingInputs: 5 }],
    ['tokens', limitsWith({ maxTokens: 35 }), { estimatedTokens: 20 }],
  ] as const)('opens the next batch before a request that would cross the limit of %s', async (reason, limits, over) => {
    await t.line.accept([makeArrival('a', { embeddingInputs: 1 }), makeArrival('b')], limits);
    expect((await t.line.accept([makeArrival('c', over)], limits))[0]?.kind).toBe('accepted');
    const [first, second] = await batches();
    expect([first?.state, first?.close_reason, first?.request_count]).toEqual(['uploading', reason, 2]);
    expect(second?.request_count).toBe(1);
  });

  it('lets a request with too large an estimate travel alone', async () => {
    const limits = limitsWith({ maxTokens: 30 });
    const huge = makeArrival('huge', { estimatedTokens: 5_000 });
    const answers = await t.line.accept([makeArrival('a'), huge, makeArrival('b')], limits);
    expect(answers.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'accepted']);
    expect((await batches()).map((b) => [b.state, b.request_count, b.estimated_tokens])).toEqual([
      ['uploading', 1, 10],
      ['uploading', 1, 5_000],
      ['building', 1, 10],
    ]);
  });

  it('never hands out an id again, not even after a deletion', async () => {
    const [first] = await t.line.accept([makeArrival('a')]);
    await t.store.deleteRequest({ customId: 'a', now: t.line.now });
    expect(await t.store.getRequest({ customId: 'a' })).toBeUndefined();
    const [again] = await t.line.accept([makeArrival('a', { text: 'new' })]);
    expect(again?.kind).toBe('accepted');
    expect(again?.requestId).toBeGreaterThan(first?.requestId ?? 0);
  });

  it('takes one request out of a building batch only', async () => {
    await t.line.accept([
      makeArrival('a'),
      makeArrival('b', notDelivered),
      makeArrival('c'),
      makeArrival('d'),
    ]);
    const { now } = t.line;
    expect((await t.store.cancelRequest({ customId: 'a', now })).kind).toBe('stopped');
    expect((await t.store.cancelRequest({ customId: 'b', now })).kind).toBe('stopped');
    expect((await t.store.deleteRequest({ customId: 'c', now })).kind).toBe('stopped');
    expect((await t.store.getRequest({ customId: 'a' }))?.state).toBe('delivering');
    expect(await t.store.getRequest({ customId: 'b' })).toMatchObject({
      state: 'cancelled',
      outcome: 'cancelled',
    });
    expect((await t.store.cancelRequest({ customId: 'a', now })).kind).toBe('too_late');
    expect((await t.store.deleteRequest({ customId: 'zzz', now })).kind).toBe('not_found');
    expect(await recount(t.store)).toEqual([]);
    await t.line.sendOpen();
    expect((await t.store.cancelRequest({ customId: 'd', now })).kind).toBe('too_late');
    expect((await t.store.deleteRequest({ customId: 'd', now })).kind).toBe('too_late');
    expect((await batches()).map((b) => [b.request_count, b.sent_count])).toEqual([[3, 1]]);
  });

  it('removes an empty open batch by age, and tells an operator that it is empty', async () => {
    await t.line.accept([makeArrival('a')]);
    await t.store.deleteRequest({ customId: 'a', now: t.line.now });
    const [open] = await batches();
    const closing = { batchId: open?.id ?? 0, actor: 'test', now: t.line.now };
    const byHand = await t.store.closeBatch({ ...closing, reason: 'operator', removeEmpty: false });
    expect(byHand.kind).toBe('empty');
    expect(await batches()).toHaveLength(1);
    await t.store.closeBatch({ ...closing, reason: 'age', removeEmpty: true });
    expect(await batches()).toHaveLength(0);
    expect((await t.line.accept([makeArrival('b')]))[0]?.kind).toBe('accepted');
  });
}
