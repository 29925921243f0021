/** A kill at every named point between an act and its record: nothing lost, nothing doubled, nothing bought twice. */
import { expect, test } from 'vitest';
import { killPoints } from '../../server/engine/kill-points.ts';
import { CrashLine, mostRepeatsPerKill } from './crash-line.ts';

const requests = 120;

test.each(killPoints)('killed at "%s"', { timeout: 120_000 }, async (point) => {
  const line = await CrashLine.set({ DELIVERY_CONCURRENCY: 20 });
  try {
    const doomed = await line.start({ KILL_AT: point });
    const submitted = line.submit(requests, point);
    const exit = await doomed.exited;
    expect(exit.signal).toBe('SIGKILL');
    await line.start();
    await submitted;
    const { counts, seen, ours } = await line.settle(requests);
    expect(counts).toMatchObject({ delivered: requests, duplicates: 0, wrong: 0 });
    expect(counts.repeats).toBeLessThanOrEqual(mostRepeatsPerKill);
    expect(line.receiver.problems).toEqual([]);
    expect(seen).toMatchObject({ lines: requests, duplicates: 0, batches: ours });
  } finally {
    await line.close();
  }
});
