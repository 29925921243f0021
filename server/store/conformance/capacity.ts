/** The ledger: reservations made and given back with the batch's own moves, and what rejections teach. */
import { expect, it } from 'vitest';
import type { CapRules } from '../../../core/capacity/caps.ts';
import type { BatchRow } from '../rows.ts';
import type { OpenStore } from './describe-store.ts';
import type { Held } from './line.ts';
import { makeArrivals } from './make-arrivals.ts';
import { useStore } from './use-store.ts';

const minute = 60_000;
const credentials = 'mine';
const said =
  'Enqueued token limit reached for gpt-4o-mini in organization org-1. Limit: 100 enqueued tokens. Please try again.';
const capped = (tokens: number): CapRules => ({ overrides: { '': tokens }, tier: null });
const unknown: CapRules = { overrides: {}, tier: null };

export function describeCapacity(openStore: OpenStore): void {
  const t = useStore(openStore);

  /** A batch whose file is at the provider; each request counts ten tokens. */
  async function uploaded(name: string, requests: number, model = 'gpt-4o-mini'): Promise<number> {
    await t.line.accept(makeArrivals(name, requests, { model }));
    const [open] = await t.store.listBatches({ states: ['building'], cursor: null, limit: 1 });
    await t.line.close(open?.id ?? 0);
    t.line.now += 1;
    const facts = { openai_input_file_id: `file-${name}`, provider_credentials: credentials };
    await t.line.move('uploading', 'upload', { facts });
    return open?.id ?? 0;
  }

  async function take(id: number): Promise<Held> {
    await t.store.recordFacts({ batchId: id, facts: { due_at: -t.line.now }, release: true });
    const held = (await t.line.claim('uploaded')) ?? (await t.line.claim('waiting_for_capacity'));
    if (held?.batch.id !== id) throw new Error(`batch ${id} cannot be claimed`);
    return held;
  }

  const pace = () => ({ spread: 0.5, faster: 1, now: t.line.now });

  async function ask(id: number, rules: CapRules, creationsPerHour = 2_000) {
    const { leaseToken } = await take(id);
    return t.store.admitBatch({ batchId: id, leaseToken, rules, creationsPerHour, ...pace() });
  }

  async function create(id: number, status = 'in_progress'): Promise<BatchRow> {
    const facts = { openai_batch_id: `batch-${id}`, openai_status: status, openai_created_at: t.line.now };
    const row = await t.store.advanceBatch({
      batchId: id,
      move: 'submit',
      facts: { ...facts, submit_intent_at: null },
      actor: 'test',
      now: t.line.now,
    });
    if (!row) throw new Error('the batch was not submitted');
    return row;
  }

  async function send(id: number): Promise<void> {
    const held = await t.line.claim('openai_processing');
    const leaseToken = held?.leaseToken ?? '';
    await t.store.sendRequests({ batchId: id, leaseToken, now: t.line.now, limit: 10 });
    await t.store.recordFacts({ batchId: id, leaseToken, facts: { due_at: t.line.now }, release: true });
  }

  async function turnAway(
    id: number,
    message = said,
    rules = unknown,
    cause: 'capacity' | 'funding' = 'capacity',
  ) {
    t.line.now += 1;
    await t.store.recordFacts({ batchId: id, facts: { due_at: 0 }, release: true });
    const held = await t.line.claim('openai_processing');
    return t.store.turnAway({
      batchId: id,
      leaseToken: held?.leaseToken ?? '',
      cause,
      message,
      rules,
      facts: {},
      actor: 'test',
      ...pace(),
    });
  }

  const capacity = () => t.store.readCapacity({ credentials });
  const tokens = async () => (await capacity()).sums[0]?.tokens ?? 0;
  const waitingFor = async (id: number) => (await t.store.getBatch({ id }))?.waiting_for;

  it('reserves at the intent, keeps it at the provider, and releases it with the move away', async () => {
    const id = await uploaded('a', 3);
    const admitted = await ask(id, capped(100));
    expect(admitted).toMatchObject({
      kind: 'admitted',
      batch: { reserved_tokens: 30, ledger_tokens: 30, submit_attempt: 1, submit_intent_at: t.line.now },
    });
    expect(await tokens()).toBe(30);
    await create(id);
    expect(await tokens()).toBe(30);
    await t.store.advanceBatch({ batchId: id, move: 'complete', actor: 'test', now: t.line.now });
    expect(await tokens()).toBe(0);
    expect((await t.store.getBatch({ id }))?.reserved_tokens).toBe(30);
  });

  it('lets snapshots of a model share its cap, and no other project or family', async () => {
    const alias = await uploaded('a', 6);
    const snapshot = await uploaded('b', 6, 'gpt-4o-mini-2024-07-18');
    const other = await uploaded('c', 6, 'gpt-4o');
    expect(await ask(alias, capped(100))).toMatchObject({ kind: 'admitted' });
    expect(await ask(snapshot, capped(100))).toMatchObject({
      kind: 'waiting',
      batch: { waiting_for: 'room' },
    });
    expect(await ask(other, capped(100))).toMatchObject({ kind: 'admitted' });
  });

  it('puts a batch off with a reason, and makes the oldest due when room is given back', async () => {
    const first = await uploaded('a', 6);
    const second = await uploaded('b', 5);
    await ask(first, capped(100));
    await create(first);
    const put = await ask(second, capped(100));
    expect(put).toMatchObject({
      kind: 'waiting',
      batch: { state: 'waiting_for_capacity', waiting_since: t.line.now, reserved_at: null },
    });
    expect((await t.store.getBatch({ id: second }))?.waiting_reason).toBe(
      'No room: 60 of 100 tokens of gpt-4o-mini are reserved (cap set by an operator), this batch needs about 50.',
    );
    t.line.now += 5;
    await t.store.advanceBatch({ batchId: first, move: 'complete', actor: 'test', now: t.line.now });
    expect((await t.store.getBatch({ id: second }))?.due_at).toBe(t.line.now);
    expect(await ask(second, capped(100))).toMatchObject({ kind: 'admitted' });
  });

  it('passes over one that does not fit, for a while, and makes whoever fits due', async () => {
    const running = await uploaded('a', 6);
    const large = await uploaded('b', 9);
    const little = await uploaded('c', 2);
    await ask(running, capped(100));
    await create(running);
    expect(await ask(large, capped(100))).toMatchObject({ kind: 'waiting', batch: { waiting_for: 'room' } });
    expect((await t.store.getBatch({ id: little }))?.due_at).toBeLessThanOrEqual(t.line.now);
    t.line.now += 31 * minute;
    expect(await ask(little, capped(100))).toMatchObject({ kind: 'waiting', batch: { waiting_for: 'turn' } });
    await t.store.advanceBatch({ batchId: running, move: 'complete', actor: 'test', now: t.line.now });
    expect(await ask(large, capped(100))).toMatchObject({ kind: 'admitted' });
  });

  it('lets a batch whose creation fails for another reason stand aside', async () => {
    const stuck = await uploaded('a', 9);
    const next = await uploaded('b', 9);
    await ask(stuck, capped(100));
    const cleared = { submit_intent_at: null, reserved_at: null, due_at: t.line.now + 10 * minute };
    await t.store.recordFacts({ batchId: stuck, facts: cleared, release: true });
    t.line.now += 60 * minute;
    await t.store.recordFacts({ batchId: stuck, facts: { due_at: t.line.now + minute } });
    expect(await ask(next, capped(100))).toMatchObject({ kind: 'admitted' });
  });

  it('adopts the stated cap without a pause when the ledger explains the rejection', async () => {
    const first = await uploaded('a', 6);
    const second = await uploaded('b', 6);
    for (const id of [first, second]) {
      await ask(id, unknown);
      await create(id, 'validating');
    }
    const away = await turnAway(second);
    expect(away).toMatchObject({ state: 'waiting_for_capacity', waiting_for: 'room', reserved_at: null });
    expect(away?.due_at).toBe(t.line.now);
    const { learned } = await capacity();
    expect(learned).toMatchObject([
      { stated_tokens: 100, rejections: 0, held_until: null, rejected_total: 1 },
    ]);
    expect(await ask(second, unknown)).toMatchObject({ kind: 'waiting', batch: { waiting_for: 'room' } });
  });

  it('pauses the family when the ledger does not explain it, until a batch completes', async () => {
    const first = await uploaded('a', 2);
    const second = await uploaded('b', 2);
    for (const id of [first, second]) {
      await ask(id, unknown);
      await create(id);
    }
    expect(await turnAway(second)).toMatchObject({ waiting_for: 'pause', due_at: t.line.now + minute });
    expect(await ask(second, unknown)).toMatchObject({ kind: 'waiting', batch: { waiting_for: 'pause' } });
    t.line.now += minute;
    expect(await ask(second, unknown)).toMatchObject({ kind: 'admitted' });
    await create(second);
    expect(await turnAway(second)).toMatchObject({ due_at: t.line.now + 5 * minute });
    t.line.now += 1;
    await t.store.advanceBatch({ batchId: first, move: 'complete', actor: 'test', now: t.line.now });
    expect((await capacity()).learned).toMatchObject([{ rejections: 0, held_until: null }]);
    expect((await t.store.getBatch({ id: second }))?.due_at).toBe(t.line.now);
  });

  it('learns from usage what an estimate is worth', async () => {
    const id = await uploaded('a', 4);
    await ask(id, unknown);
    await create(id);
    await send(id);
    await t.line.finish();
    expect((await capacity()).ratios).toMatchObject([
      { endpoint: '/v1/responses', model: 'gpt-4o-mini', permille: 1_100, batches: 1 },
    ]);
    const next = await uploaded('b', 4);
    expect(await ask(next, unknown)).toMatchObject({ kind: 'admitted', batch: { reserved_tokens: 44 } });
  });

  it('cuts a batch that can never fit, in slices that add up', async () => {
    const id = await uploaded('a', 9);
    const answer = await ask(id, capped(60));
    if (answer.kind !== 'too_large') throw new Error(answer.kind);
    expect(answer).toMatchObject({ tokens: 30 });
    const { leaseToken } = await take(id);
    const input = { batchId: id, leaseToken, piece: answer, reason: answer.reason, now: t.line.now };
    while (await t.store.cutSlice({ ...input, limit: 2 }));
    const after = await t.store.finishCut(input);
    expect(after).toMatchObject({
      state: 'uploading',
      sent_count: 3,
      request_count: 3,
      estimated_tokens: 30,
      size_bytes: 300,
      openai_input_file_id: null,
    });
    const batches = await t.store.listBatches({ states: ['uploading'], cursor: null, limit: 10 });
    const pieces = batches.filter((batch) => batch.successor_of === id);
    expect(pieces.map((batch) => [batch.sent_count, batch.estimated_tokens, batch.due_at])).toEqual([
      [3, 30, t.line.now],
      [3, 30, t.line.now],
    ]);
    expect((await t.line.rows(id)).map((row) => row.custom_id)).toEqual(['a1', 'a2', 'a3']);
  });

  it.each([
    'while it is cut',
    'after a kill in the middle of the cut',
  ])('an order to cancel %s holds for every piece', async (when) => {
    const id = await uploaded('a', 9);
    const { leaseToken } = await take(id);
    const now = t.line.now;
    const cut = { batchId: id, leaseToken, piece: { tokens: 30, requests: 9 }, reason: 'too large', now };
    await t.store.beginCut(cut);
    expect(await t.store.cutSlice({ ...cut, limit: 2 })).toBe(true);
    if (when === 'while it is cut') {
      expect(await t.store.cancelBatch({ batchId: id, actor: 'test', now })).toMatchObject({
        kind: 'requested',
      });
      while (await t.store.cutSlice({ ...cut, limit: 2 }));
      await t.store.finishCut(cut);
    } else {
      await t.store.recordFacts({ batchId: id, leaseToken, facts: {}, release: true });
      expect(await t.store.cancelBatch({ batchId: id, actor: 'test', now })).toMatchObject({
        kind: 'cancelled',
      });
      await t.line.settle('cancelled');
    }
    const batches = await t.store.listBatches({ states: ['uploading'], cursor: null, limit: 10 });
    const pieces = batches.filter((batch) => batch.successor_of === id);
    expect(pieces.length).toBeGreaterThan(0);
    for (const piece of pieces) {
      expect(piece).toMatchObject({ cancel_requested_at: now, due_at: t.line.now });
      expect(await t.line.move('uploading', 'cancel')).not.toBeNull();
    }
  });

  it('holds a key without money, sends probes at growing distances, and goes on when one begins', async () => {
    const first = await uploaded('a', 2);
    const second = await uploaded('b', 2, 'gpt-4o');
    await ask(first, unknown);
    await create(first, 'validating');
    const away = await turnAway(first, 'Billing hard limit has been reached', unknown, 'funding');
    expect(away).toMatchObject({ waiting_for: 'funding', due_at: t.line.now + minute });
    expect(await ask(second, unknown)).toMatchObject({ kind: 'waiting', batch: { waiting_for: 'funding' } });
    expect((await capacity()).holds).toMatchObject([{ message: 'Billing hard limit has been reached' }]);
    t.line.now += minute;
    expect(await ask(first, unknown)).toMatchObject({ kind: 'admitted' });
    expect(await ask(second, unknown)).toMatchObject({
      kind: 'waiting',
      batch: { due_at: t.line.now + 5 * minute },
    });
    expect(await t.store.liftFunding({ credentials, now: t.line.now })).toBe(true);
    expect((await capacity()).holds).toEqual([]);
    expect((await t.store.getBatch({ id: second }))?.due_at).toBe(t.line.now);
    expect(await ask(second, unknown)).toMatchObject({ kind: 'admitted' });
  });

  it.each(['funding', 'hour', 'pause'] as const)('wakes nobody while all wait alike: %s', async (cause) => {
    const ids = [await uploaded('a', 2), await uploaded('b', 2)];
    if (cause === 'funding')
      await t.store.holdFunding({ credentials, message: 'no money', byRows: false, ...pace() });
    if (cause === 'pause') {
      const other = await uploaded('c', 2);
      await ask(other, unknown);
      await create(other, 'validating');
      await turnAway(other, 'Enqueued token limit reached.', unknown, 'capacity');
    }
    for (const id of [...ids, ...ids]) {
      const put = await ask(id, unknown, cause === 'hour' ? 0 : 2_000);
      expect(put).toMatchObject({ kind: 'waiting', batch: { waiting_for: cause } });
      for (const other of ids.filter((one) => one !== id)) {
        const row = await t.store.getBatch({ id: other });
        if (row?.waiting_for === cause) expect(row.due_at).toBeGreaterThan(t.line.now);
      }
    }
  });

  it('lets only rows that succeed lift what rows have said', async () => {
    const hold = { credentials, message: 'You exceeded your current quota', byRows: true, ...pace() };
    expect(await t.store.holdFunding(hold)).toBe(t.line.now + minute);
    expect(await t.store.liftFunding({ credentials, now: t.line.now })).toBe(false);
    t.line.now += minute;
    const id = await uploaded('a', 2);
    expect(await ask(id, unknown)).toMatchObject({ kind: 'admitted' });
    await create(id);
    await send(id);
    await t.line.finish();
    expect((await capacity()).holds).toEqual([]);
  });

  it('counts creations by the hour', async () => {
    const ids = [await uploaded('a', 1), await uploaded('b', 1), await uploaded('c', 1)];
    for (const id of ids.slice(0, 2)) {
      expect(await ask(id, unknown, 2)).toMatchObject({ kind: 'admitted' });
      await create(id);
      t.line.now += 10 * minute;
    }
    const put = await ask(ids[2] ?? 0, unknown, 2);
    expect(put).toMatchObject({ kind: 'waiting', batch: { waiting_for: 'hour' } });
    t.line.now = (await t.store.getBatch({ id: ids[2] ?? 0 }))?.due_at ?? 0;
    expect(await ask(ids[2] ?? 0, unknown, 2)).toMatchObject({ kind: 'admitted' });
  });

  it('feels a guessed cap out with few batches, and wakes the next when one has begun', async () => {
    const ids = [];
    for (const name of ['a', 'b', 'c', 'd']) ids.push(await uploaded(name, 1));
    for (const id of ids.slice(0, 3)) {
      expect(await ask(id, unknown)).toMatchObject({ kind: 'admitted' });
      await create(id, 'validating');
    }
    const last = ids[3] ?? 0;
    await ask(last, unknown);
    expect(await waitingFor(last)).toBe('proof');
    await t.store.recordFacts({ batchId: ids[0] ?? 0, facts: { openai_status: 'in_progress' } });
    t.line.now += 1;
    await t.store.wakeFamily({ credentials, family: 'gpt-4o-mini', now: t.line.now });
    expect((await t.store.getBatch({ id: last }))?.due_at).toBe(t.line.now);
    expect(await ask(last, unknown)).toMatchObject({ kind: 'admitted' });
  });

  it('does not wait for ever for a proof that does not come', async () => {
    const ids = [];
    for (const name of ['a', 'b', 'c', 'd']) ids.push(await uploaded(name, 1));
    for (const id of ids.slice(0, 3)) {
      await ask(id, unknown);
      await create(id, 'validating');
    }
    const last = ids[3] ?? 0;
    expect(await ask(last, unknown)).toMatchObject({ kind: 'waiting', batch: { waiting_for: 'proof' } });
    t.line.now += 60 * minute + 10;
    expect(await ask(last, unknown)).toMatchObject({ kind: 'admitted' });
  });

  it('tells whoever has lost the lease', async () => {
    const id = await uploaded('a', 1);
    const admit = { batchId: id, leaseToken: 'stale', rules: unknown, creationsPerHour: 1, ...pace() };
    expect(await t.store.admitBatch(admit)).toEqual({ kind: 'lease_lost' });
    const away = { ...admit, cause: 'capacity', message: said, facts: {}, actor: 'test' } as const;
    expect(await t.store.turnAway(away)).toBeNull();
    const cut = { ...admit, piece: { tokens: 1, requests: 1 }, reason: 'x', limit: 5 };
    expect(await t.store.cutSlice(cut)).toBe(false);
    expect(await t.store.finishCut(cut)).toBeNull();
  });
}
