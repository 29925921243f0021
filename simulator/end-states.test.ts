/** What each end leaves behind (reference: real batches, 2026), and what is counted on the way. */
import { expect, test } from 'vitest';
import { chatLines, hour, startKit } from './kit.for-test.ts';

const slow = { timing: { runMs: 48 * hour } };

test('expired: what was done is kept, the rest is listed and not counted as failed', async () => {
  const { run, readLines, sim } = await startKit(slow);
  const batch = await run(chatLines(10), {}, 25 * hour);
  expect(batch).toMatchObject({ status: 'expired', completed_at: null });
  expect(batch.expired_at).toBe(batch.expires_at);
  expect(batch.request_counts).toEqual({ total: 10, completed: 4, failed: 0 });
  expect(await readLines(batch.output_file_id)).toHaveLength(4);
  const errors = await readLines(batch.error_file_id);
  expect(errors).toHaveLength(6);
  expect(errors[0]).toMatchObject({
    response: null,
    error: {
      code: 'batch_expired',
      message: 'This request could not be executed before the completion window expired.',
    },
  });
  expect(sim.summary()).toMatchObject({ lines: 4, linesRun: 4, duplicates: 0 });
});

test('cancelled midway: what was done is kept, the rest is listed and not counted as failed', async () => {
  const { create, client, readLines, sim } = await startKit({ timing: { runMs: hour } });
  const { id } = await create(chatLines(8));
  await sim.advance(hour / 2 + 50);
  expect((await client.batches.retrieve(id)).request_counts).toEqual({ total: 8, completed: 4, failed: 0 });
  await client.batches.cancel(id);
  await sim.advance(1_000);
  const batch = await client.batches.retrieve(id);
  expect(batch).toMatchObject({ status: 'cancelled', request_counts: { total: 8, completed: 4, failed: 0 } });
  expect(await readLines(batch.output_file_id)).toHaveLength(4);
  const errors = await readLines(batch.error_file_id);
  expect(errors.map((line) => line.error?.code)).toEqual(Array(4).fill('batch_cancelled'));
});

test('a batch cancelled while its files are put together keeps all rows', async () => {
  const { create, client, sim } = await startKit();
  const { id } = await create(chatLines(3));
  await sim.advance(160);
  expect((await client.batches.cancel(id)).status).toBe('cancelling');
  await sim.advance(1_000);
  expect(await client.batches.retrieve(id)).toMatchObject({
    status: 'cancelled',
    request_counts: { total: 3, completed: 3, failed: 0 },
  });
});

test('a batch ends once: cancelled batches do not expire, and completed ones do neither', async () => {
  const { create, sim, client } = await startKit({ timing: { cancelMs: 48 * hour } });
  const cancelled = await create(chatLines(2));
  const completed = await create(chatLines(2));
  await client.batches.cancel(cancelled.id);
  await sim.advance(72 * hour);
  const words = sim.seen().batches.map(({ history }) => history.map((entry) => entry.status));
  expect(words[0]).toEqual(['validating', 'cancelling', 'cancelled']);
  expect(words[1]).toEqual(['validating', 'in_progress', 'finalizing', 'completed']);
  expect(completed.id).toBe(sim.seen().batches[1]?.batch.id);
});

test('enqueued tokens are held until the end and then released', async () => {
  const { create, sim, client } = await startKit({ tokenCaps: { 'gpt-4o-mini': 250 } });
  const first = await create(chatLines(10));
  await sim.advance(60);
  const second = await create(chatLines(10));
  await sim.advance(60);
  expect((await client.batches.retrieve(second.id)).errors?.data).toEqual([
    {
      code: 'token_limit_exceeded',
      message:
        'Enqueued token limit reached for gpt-4o-mini in organization org-simulator. Limit: 250 enqueued tokens. ' +
        'Please try again once some in_progress batches have been completed.',
      param: null,
      line: null,
    },
  ]);
  await sim.advance(hour);
  expect((await client.batches.retrieve(first.id)).status).toBe('completed');
  const third = await create(chatLines(10));
  await sim.advance(hour);
  expect((await client.batches.retrieve(third.id)).status).toBe('completed');
});

test('a cap can refuse at create instead', async () => {
  const { create } = await startKit({ tokenCaps: { 'gpt-4o-mini': 5 }, tokenCapAt: 'create' });
  await expect(create(chatLines(10))).rejects.toMatchObject({ status: 400, code: 'token_limit_exceeded' });
});

test('lines that run in more than one batch are counted, and those paid twice', async () => {
  const kit = await startKit();
  await kit.run(chatLines(5));
  const second = await kit.run(chatLines(3));
  expect(kit.sim.summary()).toMatchObject({ lines: 5, linesRun: 8, duplicates: 3, paidTwice: 3, batches: 2 });
  const repeated = kit.sim.seen().repeated.find((line) => line.custom_id === 'row-1');
  expect(repeated?.batches).toHaveLength(2);
  expect(repeated?.batches[1]).toBe(second.id);
  const text = await (await fetch(`${kit.sim.origin}/__simulator/lines`)).text();
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).custom_id)
      .sort(),
  ).toEqual(chatLines(5).map((line) => line['custom_id']));
});
