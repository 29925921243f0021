import { expect, it } from 'vitest';
import type { OpenStore } from './describe-store.ts';
import { leaseMs } from './line.ts';
import { makeArrivals } from './make-arrivals.ts';
import { useStore } from './use-store.ts';

const credentials = 'mine';

/** What one who has lost the lease still tells: a file that was sent, a batch that was created. */
export function describeLateFacts(openStore: OpenStore): void {
  const t = useStore(openStore);
  const read = async (id: number) => {
    const row = await t.store.getBatch({ id });
    if (!row) throw new Error(`batch ${id} is gone`);
    return row;
  };
  /** Everything at the provider that is owed its removal, as `file x` or `batch x`. */
  const owed = async () => {
    const claim = { credentials, now: t.line.now + leaseMs, leaseMs: 0, limit: 99 };
    const rows = await t.store.claimCleanups(claim);
    return rows.map((row) => `${row.kind} ${row.remote_id}`).sort();
  };

  async function uploading(): Promise<number> {
    await t.line.accept(makeArrivals('a', 3));
    const [open] = await t.store.listBatches({ states: ['building'], cursor: null, limit: 1 });
    await t.line.close(open?.id ?? 0);
    const facts = { provider_credentials: credentials };
    await t.store.recordFacts({ batchId: open?.id ?? 0, facts });
    return open?.id ?? 0;
  }

  async function uploaded(): Promise<number> {
    const id = await uploading();
    const facts = { openai_input_file_id: 'file-1', provider_credentials: credentials };
    await t.line.move('uploading', 'upload', { facts });
    return id;
  }

  async function sayUploaded(id: number, fileId: string, leaseToken = 'lost', before = 0) {
    const { submit_attempt, size_bytes } = await read(id);
    const batch = { id, size_bytes, submit_attempt: submit_attempt - before };
    const file = { id: fileId, createdAt: 5_000, expiresAt: null };
    return t.store.recordUploaded({ batch, leaseToken, file, credentials, now: t.line.now });
  }

  async function sayCreated(
    id: number,
    remoteId: string,
    leaseToken: string | null = 'lost',
    fileId = 'file-1',
    before = 0,
  ) {
    const { submit_attempt } = await read(id);
    const batch = { id, openai_input_file_id: fileId, submit_attempt: submit_attempt - before };
    const remote = { id: remoteId, status: 'validating', createdAt: 6_000 };
    return (await t.store.recordCreated({ batch, leaseToken, remote, credentials, now: t.line.now })).kind;
  }

  it('takes a late file where the batch waits for that content, and removes one that it replaces', async () => {
    const id = await uploading();
    const holder = await t.line.claim('uploading');
    expect(await sayUploaded(id, 'file-late')).toBeNull();
    expect(await read(id)).toMatchObject({
      openai_input_file_id: 'file-late',
      openai_input_file_created_at: 5_000,
      lease_token: holder?.leaseToken,
    });
    expect(await owed()).toEqual([]);
    expect(await sayUploaded(id, 'file-own', holder?.leaseToken)).toMatchObject({
      openai_input_file_id: 'file-own',
    });
    expect(await sayUploaded(id, 'file-own')).toBeNull();
    expect(await owed()).toEqual(['file file-late']);
  });

  it('removes a late file that holds other content, or comes while the batch is cut', async () => {
    const id = await uploading();
    expect(await sayUploaded(id, 'file-older', 'lost', 1)).toBeNull();
    await t.line.move('uploading', 'upload', { facts: { openai_input_file_id: 'file-1' } });
    const cutting = await t.line.claim('uploaded');
    const fence = { batchId: id, leaseToken: cutting?.leaseToken ?? '', now: t.line.now };
    expect(await t.store.beginCut(fence)).toBe(true);
    expect(await sayUploaded(id, 'file-late')).toBeNull();
    expect((await read(id)).openai_input_file_id).toBeNull();
    expect(await owed()).toEqual(['file file-1', 'file file-late', 'file file-older']);
  });

  it('takes a late batch where it is the only one, and ends the lease of whoever would create another', async () => {
    const id = await uploaded();
    const holder = await t.line.claim('uploaded');
    expect(await sayCreated(id, 'batch-late', null)).toBe('taken_late');
    expect(await sayCreated(id, 'batch-late')).toBe('taken_late');
    expect(await read(id)).toMatchObject({ openai_batch_id: 'batch-late', lease_token: null });
    const rules = { overrides: {}, tier: null };
    const ask = { batchId: id, leaseToken: holder?.leaseToken ?? '', rules, creationsPerHour: 9 };
    const admitting = await t.store.admitBatch({ ...ask, spread: 0.5, faster: 1, now: t.line.now });
    expect(admitting.kind).toBe('lease_lost');
    expect(await sayCreated(id, 'batch-2')).toBe('second');
    const order = { batchId: id, actor: 'ann', now: t.line.now };
    expect((await t.store.cancelBatch(order)).kind).toBe('requested');
    expect(await read(id)).toMatchObject({ state: 'uploaded', openai_batch_id: 'batch-late' });
    expect(await owed()).toEqual(['batch batch-2']);
  });

  it('cancels the one that the holder of the lease replaces', async () => {
    const id = await uploaded();
    await t.store.recordFacts({ batchId: id, facts: { openai_batch_id: 'batch-0' } });
    const holder = await t.line.claim('uploaded');
    expect(await sayCreated(id, 'batch-1', holder?.leaseToken)).toBe('recorded');
    expect(await sayCreated(id, 'batch-1', holder?.leaseToken)).toBe('recorded');
    expect((await read(id)).openai_batch_id).toBe('batch-1');
    expect(await owed()).toEqual(['batch batch-0']);
  });

  it('cancels a late batch of a file that was replaced, and one that comes while another is created', async () => {
    const id = await uploaded();
    expect(await sayCreated(id, 'batch-other-file', 'lost', 'file-0')).toBe('second');
    await t.store.recordFacts({ batchId: id, facts: { submit_intent_at: 1, submit_attempt: 2 } });
    expect(await sayCreated(id, 'batch-older', 'lost', 'file-1', 1)).toBe('second');
    await t.store.recordFacts({ batchId: id, facts: { submit_intent_at: null } });
    // What is owed its cancellation is not taken any more, whoever tells it.
    expect(await sayCreated(id, 'batch-older', null)).toBe('second');
    expect((await read(id)).openai_batch_id).toBeNull();
    expect(await sayCreated(id, 'batch-found', 'lost', 'file-1')).toBe('taken_late');
    expect(await owed()).toEqual(['batch batch-older', 'batch batch-other-file']);
  });

  it('cancels a late batch of one that was cancelled, is uploaded again, or is gone', async () => {
    const id = await uploaded();
    const held = await t.line.claim('uploaded');
    const fence = { batchId: id, leaseToken: held?.leaseToken ?? '', now: t.line.now };
    const away = { openai_input_file_id: null };
    await t.store.advanceBatch({ ...fence, move: 'reupload', facts: away, actor: 'test' });
    expect(await sayCreated(id, 'batch-1')).toBe('second');
    await t.store.cancelBatch({ batchId: id, actor: 'ann', now: t.line.now });
    expect(await sayCreated(id, 'batch-2')).toBe('second');
    expect((await read(id)).openai_batch_id).toBeNull();
    const gone = { id: 999, submit_attempt: 1, openai_input_file_id: 'file-1' };
    const remote = { id: 'batch-3', status: 'validating', createdAt: 1 };
    const saying = { batch: gone, leaseToken: 'lost', remote, credentials, now: t.line.now };
    expect((await t.store.recordCreated(saying)).kind).toBe('second');
    expect(await owed()).toEqual(['batch batch-1', 'batch batch-2', 'batch batch-3', 'file file-1']);
  });

  it('plans in one transaction the removal of files that a batch leaves: forgotten, finished, deleted', async () => {
    const id = await uploaded();
    await t.line.submit();
    const outputs = { openai_output_file_id: 'file-o', openai_error_file_id: 'file-e' };
    await t.line.move('openai_processing', 'complete', { facts: outputs });
    await t.line.move('openai_completed', 'download');
    await t.line.settle('downloading');
    const files = ['file file-1', 'file file-e', 'file file-o'];
    expect(await owed()).toEqual(files);
    await t.line.deliver();
    await t.line.handOver();
    for (const duty of await t.store.claimCleanups({
      credentials,
      now: t.line.now + leaseMs,
      leaseMs: 0,
      limit: 9,
    }))
      await t.store.finishCleanup({ id: duty.id });
    await t.store.deleteBatch({ batchId: id, evenUndelivered: false, now: t.line.now });
    expect(await owed()).toEqual(files);
  });
}
