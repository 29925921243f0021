import { expect, test } from 'vitest';
import { chatLine, chatLines, startKit } from './kit.for-test.ts';

const none = { validateMs: 0, runMs: 0, finalizeMs: 0, cancelMs: 0 };

test('50,000 lines go through, each answered once, while other calls are answered', async () => {
  const kit = await startKit({ clock: { kind: 'real' }, timing: none });
  const startedAt = performance.now();
  const { id } = await kit.create(Array.from({ length: 50_000 }, (_, at) => JSON.stringify(chatLine(at))));
  let longest = 0;
  let isDone = false;
  const done = kit.sim
    .until(({ summary }) => summary.batchesByStatus['completed'] === 1)
    .finally(() => {
      isDone = true;
    });
  while (!isDone) {
    const askedAt = performance.now();
    await kit.client.batches.retrieve(id);
    longest = Math.max(longest, performance.now() - askedAt);
  }
  await done;
  // One slice is a few milliseconds; against the whole, since tests share the machine.
  expect(longest).toBeLessThan((performance.now() - startedAt) / 2);
  const batch = await kit.client.batches.retrieve(id);
  expect(batch.request_counts).toEqual({ total: 50_000, completed: 50_000, failed: 0 });
  const ids = new Set((await kit.readLines(batch.output_file_id)).map((line) => line.custom_id));
  expect(ids.size).toBe(50_000);
  expect(kit.sim.summary()).toMatchObject({ lines: 50_000, linesRun: 50_000, duplicates: 0 });
});

test('many batches at once do not hinder each other', async () => {
  const kit = await startKit({ clock: { kind: 'real' }, timing: none });
  await Promise.all(Array.from({ length: 20 }, () => kit.create(chatLines(500))));
  const { summary } = await kit.sim.until(({ summary }) => summary.batchesByStatus['completed'] === 20);
  expect(summary).toMatchObject({ lines: 500, linesRun: 10_000, duplicates: 500, paidTwice: 500 });
});
