/** Many running batches are asked about by list: a call for each hundred, not one for each. */
import { expect, test } from 'vitest';
import { until } from '../until.ts';
import { EdgeLine } from './edge-line.ts';
import { chatRows } from './expectations.ts';

const batches = 80;

test(`${batches} batches in flight cost a few calls for each round`, { timeout: 90_000 }, async () => {
  const line = await EdgeLine.set({
    scripts: [{ on: 'batch', do: { hold: { status: 'in_progress', forMs: 6_000 } } }],
    settings: { BATCH_MAX_REQUESTS: 1, POLL_INTERVAL_MS: 400, UPLOAD_CONCURRENCY: 8 },
  });
  try {
    await line.send(chatRows(batches));
    await line.delivered(batches, 80_000);
    const { calls, batches: created } = line.simulator.summary();
    const total = (route: string) => Object.values(calls[route] ?? {}).reduce((sum, n) => sum + n, 0);
    expect(created).toBe(batches);
    // Asked one by one, six seconds in rounds of 0.4 s would be 15 questions for each batch. While up to twenty run, at
    // both ends, they are: on a slow machine those ends are long.
    expect(total('batches.get')).toBeLessThan(3 * batches);
    expect(total('batches.list')).toBeGreaterThan(5);
    await until(async () => (await line.batches()).every(({ state }) => state === 'done'));
  } finally {
    await line.close();
  }
});
