/** Room and the hour, through the real doors in simulated time. */
import { expect, test } from 'vitest';
import { readMetrics } from '../read-metrics.ts';
import { type CapacityLine, listBatches, startCapacityLine, succeeded } from './capacity-line.ts';

const hour = 3_600_000;
const timing = { validateMs: 20_000, runMs: 120_000, finalizeMs: 5_000 };
/** Each row counts 7,650 tokens at OpenAI, and about 11,000 in our estimate. */
const large = { pictures: 10 };
const rows = (count: number, plan = {}) => Array(count).fill({ ...large, ...plan });
const waiting = async (line: CapacityLine) =>
  (await listBatches(line)).filter(({ state }) => state === 'waiting_for_capacity');

test('a snapshot waits for room that its alias takes, says so, and goes when there is some', async () => {
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
});

test('a batch that can never fit under the stated cap is cut, and every row arrives once', async () => {
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
});

test('the ledger is the same after a restart', async () => {
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

test('a cap or a tier that an operator edits holds at once, and the estimates are measured', async () => {
  const line = await startCapacityLine(
    { timing: { ...timing, runMs: hour } },
    { BATCH_MAX_REQUESTS: 4, TOKEN_CAPS: 'gpt-4o-mini=50000' },
  );
  await line.post('edit', rows(8));
  await line.until(async () => (await waiting(line)).length === 1, hour);
  await line.call('PATCH', '/api/settings', { TOKEN_CAPS: { 'gpt-4o-mini': 200_000 } });
  await line.quiet();
  expect((await listBatches(line)).map(({ state }) => state)).toEqual(Array(2).fill('openai_processing'));

  const capOf = async () =>
    (await line.get<{ families: { cap: number; cap_source: string }[] }>('/api/capacity')).families[0];
  expect(await capOf()).toMatchObject({ cap: 200_000, cap_source: 'operator' });
  await line.post('other', rows(1, { model: 'o4-mini' }));
  await line.call('PATCH', '/api/settings', { OPENAI_TIER: '3' });
  await line.call('POST', '/api/batches/3/upload');
  await line.until(async () => (await listBatches(line)).every(({ state }) => state !== 'uploading'), hour);
  const { families } = await line.get<{ families: object[] }>('/api/capacity');
  expect(families).toContainEqual(
    expect.objectContaining({ family: 'o4-mini', cap: 40_000_000, cap_source: 'tier' }),
  );
  await line.until(async () => (await succeeded(line)) >= 8, 3 * hour);
  const samples = readMetrics(await line.text('/metrics'));
  expect(
    samples.get('openai_batch_manager_token_estimate_error_count{endpoint="/v1/chat/completions"}'),
  ).toBeGreaterThanOrEqual(2);
});

test('no more batches are created in an hour than may be', async () => {
  const line = await startCapacityLine({ timing }, { BATCH_MAX_REQUESTS: 1, CREATIONS_PER_HOUR: 2 });
  await line.post('many', rows(4, { pictures: 0 }));
  await line.until(async () => (await succeeded(line)) === 2, hour);
  const held = await waiting(line);
  expect(held.map((batch) => batch.waiting.for)).toEqual(['hour', 'hour']);
  expect(held[0]?.waiting.reason).toContain('As many batches as OpenAI allows');
  expect(Date.parse(held[0]?.waiting.next_try_at)).toBeGreaterThan(line.clock.now() + hour / 2);
  const { data } = await line.get<{ data: { name: string; default: unknown }[] }>('/api/settings');
  expect(data.find(({ name }) => name === 'CREATIONS_PER_HOUR')?.default).toBe(2_000);
  const at = line.clock.now();
  await line.until(async () => (await succeeded(line)) === 4, 3 * hour);
  expect(line.clock.now() - at).toBeGreaterThan(hour / 2);
});
