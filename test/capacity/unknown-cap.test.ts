/** W8: a cap of 2,000,000 tokens, enforced late and not known to us, and 100 batches' worth of work. */
import { expect, test } from 'vitest';
import { listBatches, startCapacityLine, succeeded } from './capacity-line.ts';
import { perfectScheduleMs } from './perfect-schedule.ts';

const cap = 2_000_000;
const batches = 100;
const rowsInBatch = 10;
const timing = { validateMs: 20_000, runMs: 300_000, finalizeMs: 5_000 };

test(`${batches} batches under a cap that nobody told us`, { timeout: 240_000 }, async () => {
  const line = await startCapacityLine(
    { tokenCaps: { 'gpt-6-luna': cap }, timing },
    { BATCH_MAX_REQUESTS: rowsInBatch },
  );
  const rows = batches * rowsInBatch;
  const text = 'round and round the batches go '.repeat(20);
  const startedAt = line.clock.now();
  await line.post('w8', Array(rows).fill({ model: 'gpt-6-luna', pictures: 64, text }));
  await line.until(async () => (await succeeded(line)) === rows, 100 * 3_600_000);
  const tookMs = line.clock.now() - startedAt;

  const all = await listBatches(line);
  const seen = line.simulator.seen();
  const rejected = seen.batches.filter(({ history }) => history.at(-1)?.status === 'failed').length;
  const heldMs = timing.runMs + timing.finalizeMs;
  const perfectMs = perfectScheduleMs(
    all.map((batch) => ({ tokens: batch.input_tokens, heldMs })),
    cap,
    timing.validateMs,
  );
  console.log(
    `W8: ${rows} rows in ${all.length} batches of about ${all[0]?.input_tokens} tokens: ` +
      `${Math.round(tookMs / 1_000)} s, perfect ${Math.round(perfectMs / 1_000)} s ` +
      `(${(tookMs / perfectMs).toFixed(2)} times), ${rejected} rejected`,
  );
  expect(all).toHaveLength(batches);
  expect(all.reduce((sum, batch) => sum + batch.failed_count, 0)).toBe(0);
  expect(line.simulator.summary()).toMatchObject({ lines: rows, duplicates: 0 });
  expect(tookMs).toBeLessThanOrEqual(1.5 * perfectMs);
  expect(rejected).toBeLessThanOrEqual(5);
  expect(rejected).toBeGreaterThan(0);
});
