/**
 * Many running batches are asked about by list: a call for each hundred, and never one for each. In simulated time, so
 * that the count does not depend on the machine.
 */
import { expect, test } from 'vitest';
import { listBatches, startCapacityLine, succeeded } from '../capacity/capacity-line.ts';

const minute = 60_000;
const stepMs = 30_000;
const batches = 300;
/** Calls of one walk through the list, a hundred batches each. */
const pages = 3;
const timing = { validateMs: 1_000, runMs: 12 * minute, finalizeMs: 1_000 };
const settings = { BATCH_MAX_REQUESTS: 1, UPLOAD_CONCURRENCY: 8, TOKEN_CAPS: 'gpt-4o-mini=1_000_000_000' };

test(`${batches} batches in flight cost a call for each hundred, twice a minute`, {
  timeout: 240_000,
}, async () => {
  const line = await startCapacityLine({ timing }, settings, stepMs);
  const calls = (route: string) => {
    const answers = line.simulator.summary().calls[route] ?? {};
    return Object.values(answers).reduce((sum, count) => sum + count, 0);
  };
  await line.post('many', Array(batches).fill({}));
  const inFlight = async () =>
    (await listBatches(line)).filter(({ state }) => state === 'openai_processing').length;
  await line.until(async () => (await inFlight()) === batches, 5 * minute);
  const since = line.clock.now();
  const listedBefore = calls('batches.list');
  await line.until(async () => (await succeeded(line)) === batches, 30 * minute);

  const walks = (line.clock.now() - since) / stepMs + 1;
  console.log(
    `${batches} batches for ${(line.clock.now() - since) / minute} minutes: ` +
      `${calls('batches.list')} calls by list, ${calls('batches.get')} about single ones`,
  );
  // One walk serves half a polling interval. Asked one by one these would be 300 calls in each minute.
  expect(calls('batches.list') - listedBefore).toBeLessThanOrEqual(pages * walks);
  expect(calls('batches.list')).toBeGreaterThan(pages * 5);
  // Not at the beginning either: what the creation was answered with is news enough. At the end fewer than 20 may run.
  expect(calls('batches.get')).toBeLessThanOrEqual(20);
});
