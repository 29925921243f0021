import { expect, it } from 'vitest';
import { backupMark } from '../upkeep/start-after-restore.ts';
import type { OpenStore } from './describe-store.ts';
import { makeArrivals } from './make-arrivals.ts';
import { recount } from './recount.ts';
import { useStore } from './use-store.ts';

export function describeUpkeep(openStore: OpenStore): void {
  const t = useStore(openStore);
  const list = () => t.store.listBatches({ cursor: null, limit: 99 });
  const remove = (batchId: number, evenUndelivered = false) =>
    t.store.deleteBatch({ batchId, evenUndelivered, now: t.line.now });

  async function delivering(prefix: string, count: number): Promise<number> {
    await t.line.accept(makeArrivals(prefix, count));
    const { id } = await t.line.sendOpen();
    await t.line.finish();
    return id;
  }

  async function done(prefix: string, count: number): Promise<number> {
    const id = await delivering(prefix, count);
    await t.line.handOver();
    return id;
  }

  it('starts on a restored copy with fresh ids, closed batches, and a look for what was bought since', async () => {
    expect(await t.store.startAfterRestore({ now: t.line.now })).toBeNull();
    const sent = await delivering('sent', 1);
    await t.line.accept(makeArrivals('held', 2));
    const [open] = (await list()).filter(({ state }) => state === 'building');
    // Open, and with nothing in it; after the copy it may have been filled and sent.
    await t.line.accept(makeArrivals('gone', 1, { model: 'gpt-5' }));
    const empty = (await t.store.getRequest({ customId: 'gone1' }))?.batch_id ?? 0;
    await t.store.deleteRequest({ customId: 'gone1', now: t.line.now });
    const before = await t.store.getRequest({ customId: 'held1' });
    const takenAt = t.line.now - 5_000;
    await t.store.writeSetting({
      name: backupMark,
      value: String(takenAt),
      actor: 'backup',
      now: t.line.now,
    });
    expect(await t.store.startAfterRestore({ now: t.line.now })).toEqual({ takenAt, batches: 1 });
    expect(await t.store.startAfterRestore({ now: t.line.now })).toBeNull();
    expect(await t.store.getBatch({ id: open?.id ?? 0 })).toMatchObject({
      state: 'uploading',
      close_reason: 'restore',
      sent_count: 2,
      submit_intent_at: takenAt,
    });
    expect(await t.store.getBatch({ id: sent })).toMatchObject({
      state: 'delivering',
      submit_intent_at: null,
    });
    expect(await t.store.getBatch({ id: empty })).toBeUndefined();
    await t.line.accept(makeArrivals('later', 1));
    const later = await t.store.getRequest({ customId: 'later1' });
    expect(later?.id).toBeGreaterThan((before?.id ?? 0) + 1_000_000);
    expect(later?.batch_id).toBeGreaterThan((open?.id ?? 0) + 100_000);
  });

  it('deletes a batch with all that hangs on it, in slices', async () => {
    const kept = await done('kept', 2);
    const id = await done('gone', 5);
    const gone = await t.store.getRequest({ customId: 'gone1' });
    const requestId = gone?.id ?? 0;
    expect(await remove(id)).toEqual({ kind: 'deleting', requests: 5 });
    expect((await list()).map((batch) => batch.id)).toEqual([kept]);
    expect((await remove(id)).kind).toBe('not_found');
    expect((await t.store.countRequests()).requests).toBe(2);
    expect(await t.store.removeSlice({ limit: 2 })).toBe(true);
    expect(await t.line.rows(id)).toHaveLength(3);
    while (await t.store.removeSlice({ limit: 2 }));
    expect(await t.line.rows(id)).toEqual([]);
    expect(await t.store.getResult({ requestId })).toBeUndefined();
    expect(await t.store.listAttempts({ requestId, limit: 9 })).toEqual([]);
    expect(await t.store.listTransitions({ batchId: id, limit: 9 })).toEqual([]);
    expect(await t.store.getRequest({ customId: 'kept1' })).toBeDefined();
    expect((await t.line.accept(makeArrivals('gone', 1)))[0]?.kind).toBe('accepted');
    expect(await recount(t.store)).toEqual([]);
  });

  it('deletes nothing that is still at work, and nothing undelivered without a word', async () => {
    await t.line.accept(makeArrivals('a', 2));
    const { id } = await t.line.sendOpen();
    expect(await remove(id, true)).toEqual({ kind: 'too_early', state: 'openai_processing' });
    await t.line.move('openai_processing', 'fail');
    expect((await remove(id, true)).kind).toBe('too_early');
    await t.line.settle('failed');
    expect(await remove(id)).toEqual({ kind: 'undelivered', count: 2 });
    expect((await remove(id, true)).kind).toBe('deleting');
    while (await t.store.removeSlice({ limit: 10 }));
    expect(await t.line.claimDeliveries()).toEqual([]);
  });

  it('deletes a batch whose receiver takes nothing, on demand, also while something of it is being sent', async () => {
    const id = await delivering('unheard', 3);
    const claimed = await t.line.claimDeliveries(1);
    expect(await remove(id)).toEqual({ kind: 'undelivered', count: 3 });
    expect((await remove(id, true)).kind).toBe('deleting');
    while (await t.store.removeSlice({ limit: 2 }));
    expect(await t.line.recordDeliveries(claimed)).toEqual([]);
    expect([await t.line.claimDeliveries(), await list()]).toEqual([[], []]);
    expect(await recount(t.store)).toEqual([]);
  });

  it('keeps a successor when its predecessor goes', async () => {
    await t.line.accept(makeArrivals('a', 2));
    const { id } = await t.line.sendOpen();
    await t.line.finish(({ custom_id }) => (custom_id === 'a1' ? 'missing' : 'succeeded'));
    await t.line.handOver();
    await remove(id);
    while (await t.store.removeSlice({ limit: 10 }));
    expect((await list()).map((batch) => [batch.successor_of, batch.request_count])).toEqual([[null, 1]]);
    expect(await t.store.getRequest({ customId: 'a1' })).toMatchObject({ state: 'pending' });
  });

  it('keeps a batch with undelivered outcomes longer, and says how many go when it goes', async () => {
    const id = await delivering('unheard', 2);
    await t.line.handOver('give_up');
    const all = { before: t.line.now + 1, now: t.line.now };
    expect(await t.store.retireBatch({ ...all, beforeUndelivered: t.line.now - 1 })).toBeNull();
    expect(await t.store.retireBatch({ ...all, beforeUndelivered: t.line.now + 1 })).toEqual({
      id,
      undelivered: 2,
    });
  });

  it('retires batches that ended before a time, oldest first, and never one that still owes', async () => {
    const old = await done('old', 1);
    t.line.now += 100;
    const young = await done('young', 1);
    t.line.now += 100;
    const owing = await delivering('owing', 1);
    const all = { before: t.line.now + 1, beforeUndelivered: t.line.now + 1, now: t.line.now };
    expect(await t.store.retireBatch({ ...all, before: t.line.now - 150 })).toMatchObject({ undelivered: 0 });
    expect(await t.store.retireBatch({ ...all, before: t.line.now - 150 })).toBeNull();
    expect((await list()).map((batch) => batch.id)).toEqual([owing, young]);
    expect([await t.store.retireBatch(all), await t.store.retireBatch(all)]).toEqual([
      expect.anything(),
      null,
    ]);
    while (await t.store.removeSlice({ limit: 10 }));
    expect((await list()).map((batch) => batch.id)).toEqual([owing]);
    expect(await t.line.rows(old)).toEqual([]);
    expect(await t.store.getRequest({ customId: 'owing1' })).toBeDefined();
  });

  it('removes the bodies of ended batches in slices and keeps rows and results', async () => {
    const id = await done('a', 5);
    t.line.now += 10;
    const owing = await delivering('b', 2);
    const sweep = { before: t.line.now + 1, limit: 2, now: t.line.now };
    const page = { afterId: 0, endpoint: '/v1/responses', maxBytes: 99_999, limit: 99 };
    expect(await t.store.removeBodies(sweep)).toBe(true);
    expect(await t.store.sentPage({ ...page, batchId: id })).toMatchObject({ lines: 3 });
    while (await t.store.removeBodies(sweep));
    expect(await t.store.sentPage({ ...page, batchId: id })).toBeNull();
    expect(await t.store.sentPage({ ...page, batchId: owing })).toMatchObject({ lines: 2 });
    expect((await t.store.getBatch({ id }))?.bodies_removed_at).toBe(t.line.now);
    const row = await t.store.getRequest({ customId: 'a1' });
    expect(await t.store.getResult({ requestId: row?.id ?? 0 })).toBeDefined();
  });

  it('removes old attempts in slices and keeps young ones', async () => {
    await done('a', 3);
    const cut = t.line.now + 1;
    t.line.now += 50;
    await done('b', 2);
    expect(await t.store.removeAttempts({ before: cut, limit: 2 })).toBe(true);
    expect(await t.store.removeAttempts({ before: cut, limit: 2 })).toBe(false);
    const attempts = async (customId: string) => {
      const row = await t.store.getRequest({ customId });
      return t.store.listAttempts({ requestId: row?.id ?? 0, limit: 9 });
    };
    expect([await attempts('a1'), await attempts('a3')]).toEqual([[], []]);
    expect(await attempts('b2')).toHaveLength(1);
  });

  it('writes an order about several settings whole or not at all, and each edit in the list of orders', async () => {
    const { now } = t.line;
    const edit = (name: string, value: string | null) => ({
      name,
      value,
      subject: `setting ${name}`,
      about: 'x',
    });
    const order = (...edits: ReturnType<typeof edit>[]) => t.store.editSettings({ edits, actor: 'ann', now });
    const actions = async () =>
      (await t.store.listActions({ cursor: null, limit: 9 })).map((row) => [
        row.action,
        row.subject,
        row.status,
      ]);
    await order(edit('a', '1'), edit('b', '1'));
    const broken = { ...edit('c', '1'), subject: null as unknown as string };
    await expect(order(edit('a', '2'), edit('b', null), broken)).rejects.toThrow();
    expect((await t.store.readSettings()).map(({ name, value }) => [name, value])).toEqual([
      ['a', '1'],
      ['b', '1'],
    ]);
    await order(edit('a', null), edit('b', '3'));
    expect((await t.store.readSettings()).map(({ name, value }) => [name, value])).toEqual([['b', '3']]);
    expect(await actions()).toEqual([
      ['set', 'setting b', 200],
      ['take back', 'setting a', 200],
      ['set', 'setting b', 200],
      ['set', 'setting a', 200],
    ]);
  });

  it('keeps settings, the first identity, and keys by their hash until they are revoked', async () => {
    const { now } = t.line;
    await t.store.writeSetting({ name: 'x', value: '1', actor: 'ann', now });
    await t.store.writeSetting({ name: 'x', value: '2', actor: 'bob', now: now + 1 });
    expect(await t.store.readSettings()).toEqual([
      { name: 'x', value: '2', updated_at: now + 1, updated_by: 'bob' },
    ]);
    expect([await t.store.removeSetting({ name: 'x' }), await t.store.removeSetting({ name: 'x' })]).toEqual([
      true,
      false,
    ]);
    expect(await t.store.claimInstallation({ proposedId: 'one', now })).toBe('one');
    expect(await t.store.claimInstallation({ proposedId: 'two', now })).toBe('one');
    const key = await t.store.createApiKey({ name: 'k', keyHash: 'h', scopes: 'read', actor: 'ann', now });
    expect(await t.store.findApiKey({ keyHash: 'h' })).toMatchObject({ id: key.id, scopes: 'read' });
    expect(await t.store.revokeApiKey({ id: key.id, now })).toBe(true);
    expect(await t.store.revokeApiKey({ id: key.id, now })).toBe(false);
    expect(await t.store.findApiKey({ keyHash: 'h' })).toBeUndefined();
    expect(await t.store.listApiKeys()).toHaveLength(1);
  });

  it('owns remote clean-ups until they are done, each by the credentials that made the file', async () => {
    const { now } = t.line;
    const owed = { batchId: 1, credentials: 'mine', dueAt: now, now };
    const plan = { ...owed, kind: 'file', remoteIds: ['file-1', 'file-2'] } as const;
    expect([await t.store.planCleanup(plan), await t.store.planCleanup(plan)]).toEqual([2, 0]);
    const claim = (credentials: string, at: number) =>
      t.store.claimCleanups({ credentials, now: at, leaseMs: 100, limit: 10 });
    expect(await claim('other', now)).toEqual([]);
    const [first, second, ...more] = await claim('mine', now);
    expect([first?.tries, second?.tries, more.length]).toEqual([1, 1, 0]);
    expect(await claim('mine', now + 99)).toEqual([]);
    await t.store.finishCleanup({ id: first?.id ?? 0 });
    await t.store.postponeCleanup({ id: second?.id ?? 0, dueAt: now + 500, error: 'no' });
    expect(await claim('mine', now + 499)).toEqual([]);
    expect(await claim('mine', now + 500)).toMatchObject([
      { remote_id: 'file-2', tries: 2, last_error: 'no' },
    ]);
  });
}
