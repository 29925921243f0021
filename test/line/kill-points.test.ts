/** A kill at every named point between an act and its record: nothing lost, nothing doubled, nothing bought twice. */
import { expect, test } from 'vitest';
import { type KillPoint, killPoints } from '../../server/engine/kill-points.ts';
import { CrashLine, mostRepeatsPerKill } from './crash-line.ts';

const requests = 120;

/** Points that only a fault of the provider leads to: its script, and how many requests it refuses. */
const faults: Partial<Record<KillPoint, { readonly script: string; readonly refused: number }>> = {
  'poll: refused lines noted, batch not moved': { script: 'invalid-lines', refused: 2 },
};

test.each(killPoints)('killed at "%s"', { timeout: 120_000 }, async (point) => {
  const fault = faults[point];
  const scripts = fault ? [fault.script] : [];
  const line = await CrashLine.set({ DELIVERY_CONCURRENCY: 20 }, { scripts });
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
    expect(seen).toMatchObject({
      lines: requests - (fault?.refused ?? 0),
      duplicates: 0,
      batches: ours,
    });
  } finally {
    await line.close();
  }
});

/** A minute at the provider is a tenth of a second here, so the list lags behind for as long as the looks allow. */
test.each(
  killPoints.filter((point) => point.startsWith('submit')),
)('killed at "%s" while the list lags behind by a minute', { timeout: 120_000 }, async (point) => {
  const line = await CrashLine.set({}, { scripts: ['late-list'], scale: 600 });
  try {
    const doomed = await line.start({ KILL_AT: point });
    const submitted = line.submit(requests, point);
    await doomed.exited;
    await line.start();
    await submitted;
    const { counts, seen, ours } = await line.settle(requests);
    expect(counts).toMatchObject({ delivered: requests, duplicates: 0, wrong: 0 });
    expect(seen).toMatchObject({ lines: requests, duplicates: 0, batches: ours });
  } finally {
    await line.close();
  }
});
