/** Room and the hour, through the real doors in simulated time. */
import { expect, test } from 'vitest';
import { type CapacityLine, listBatches, startCapacityLine, succeeded } from './capacity-line.ts';

const hour = 3_600_000;
const timing = { validateMs: 20_000, runMs: 120_000, finalizeMs: 5_000 };
const limits = { timeout: 120_000 };
/** Each row counts 7,650 tokens at OpenAI, and about 11,000 in our estimate. */
const large = { pictures: 10 };
const rows = (count: number, plan = {}) => Array(count).fill({ ...large, ...plan });
const waiting = async (line: CapacityLine) =>
  (await listBatches(line)).filter(({ state }) => state === 'waiting_for_capacity');

test(
  'a snapshot waits for room that its alias takes, says so, and goes when there is some',
  limits,
  async () => {
    const line = await startCapacityLine(
      { timing },
      { BATCH_MAX_REQUESTS: 4, TOKEN_CAPS: 'gpt-4o-mini=50000' },
    );
    await line.post('alias', rows(4));
    await line.until(
      async () => (await listBatches(line)).some(({ state }) => state === 'openai_processing'),
      hour,
    );
    await line.post('dated', rows(4, { model: 'gpt-4o-mini-2024-07-18' }));
    await line.post('other', rows(4, { model: 'gpt-4.1' }));
    await line.until(async () => (await waiting(line)).length === 1, hour);
    const [one] = await waiting(line);
    expect(one).toMatchObject({
      model: 'gpt-4o-mini-2024-07-18',
      waiting: { for: 'room', cap: 50_000, cap_source: 'operator', frees_next: 1, family: 'gpt-4o-mini' },
    });
    expect(one?.waiting.reserved).toBeGreaterThan(40_000);
    expect(one?.waiting.next_try_at).not.toBeNull();
    await line.until(async () => (await succeeded(line)) === 12, hour);
  },
);

test(
  'a batch that can never fit under the stated cap is cut, and every row arrives once',
  limits,
  async () => {
    const line = await startCapacityLine(
      { timing, tokenCaps: { 'gpt-4o-mini': 60_000 } },
      { BATCH_MAX_REQUESTS: 12 },
    );
    await line.post('cut', rows(12));
    await line.until(async () => (await succeeded(line)) === 12, 3 * hour);
    const all = await listBatches(line);
    expect(all.length).toBeGreaterThan(2);
    expect(all.filter(({ successor_of }) => successor_of === 1)).toHaveLength(all.length - 1);
    expect(all.reduce((sum, batch) => sum + batch.failed_count, 0)).toBe(0);
    expect(line.simulator.summary()).toMatchObject({ lines: 12, duplicates: 0 });
  },
);

test('the ledger is the same after a restart', limits, async () => {
  const line = await startCapacityLine(
    { timing },
    { BATCH_MAX_REQUESTS: 4, TOKEN_CAPS: 'gpt-4o-mini=50000' },
  );
  await line.post('before', rows(8));
  await line.until(async () => (await waiting(line)).length === 1, hour);
  const before = await line.get<{ families: { reserved: number }[] }>('/api/capacity');
  await line.restart();
  expect((await line.get<{ families: unknown }>('/api/capacity')).families).toEqual(before.families);
  expect(before.families[0]?.reserved).toBeGreaterThan(40_000);
  await line.until(async () => (await succeeded(line)) === 8, 3 * hour);
});

test('no more batches are created in an hour than may be', limits, async () => {
  const line = await startCapacityLine({ timing }, { BATCH_MAX_REQUESTS: 1, CREATIONS_PER_HOUR: 2 });
  await line.post('many', rows(4, { pictures: 0 }));
  await line.until(async () => (await succeeded(line)) === 2, hour);
  const held = await waiting(line);
  expect(held.map((batch) => batch.waiting.for)).toEqual(['hour', 'hour']);
  const at = line.clock.now();
  await line.until(async () => (await succeeded(line)) === 4, 3 * hour);
  expect(line.clock.now() - at).toBeGreaterThan(hour / 2);
});
