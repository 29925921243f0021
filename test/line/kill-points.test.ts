/**
 * A kill at every named point between an act and its record: nothing lost, nothing doubled, nothing bought twice. The points
 * of one stage are tried one after the other on one database, each with fresh requests and with what the kill before it
 * has left.
 */
import { expect, test } from 'vitest';
import { type KillPoint, killPoints } from '../../server/engine/kill-points.ts';
import { CrashLine, mostRepeatsPerKill } from './crash-line.ts';

const requestsEach = 40;

interface Round {
  readonly points: readonly KillPoint[];
  /** Faults of the provider, by their names. */
  readonly scripts?: readonly string[];
  /** How many requests these make it refuse. */
  readonly refused?: number;
  /** How many seconds pass at the provider in one of ours. */
  readonly scale?: number;
}

const pointsOf = (stage: string) => killPoints.filter((point) => point.startsWith(`${stage}: `));

/** Points that only a fault of the provider leads to; it happens once. */
const afterRefusal: readonly KillPoint[] = [
  'poll: refused lines noted, batch not moved',
  'download: some leftovers settled',
];
/** Of a restart and a cut: kill-inside.test.ts. */
const elsewhere = [...pointsOf('restart'), ...pointsOf('cut')];

const rounds: Readonly<Record<string, Round>> = {
  upload: { points: pointsOf('upload') },
  submit: { points: pointsOf('submit') },
  // A minute at the provider is a tenth of a second here, so the list lags behind for as long as the looks allow.
  'submit, while the list lags behind by a minute': {
    points: pointsOf('submit'),
    scripts: ['late-list'],
    scale: 600,
  },
  'poll and download': {
    points: [...pointsOf('poll'), ...pointsOf('download')].filter((point) => !afterRefusal.includes(point)),
  },
  'poll, after a refusal': { points: afterRefusal.slice(0, 1), scripts: ['invalid-lines'], refused: 2 },
  'download, after a refusal': { points: afterRefusal.slice(1), scripts: ['invalid-lines'], refused: 2 },
  deliver: { points: pointsOf('deliver') },
};

test('every point is tried, here or in kill-inside', () => {
  const tried = new Set([...Object.values(rounds).flatMap(({ points }) => points), ...elsewhere]);
  expect(killPoints.filter((point) => !tried.has(point))).toEqual([]);
});

test.each(Object.entries(rounds))('killed at each point of %s', async (_, round) => {
  const { points, scripts = [], refused = 0, scale = 1 } = round;
  const line = await CrashLine.set({ DELIVERY_CONCURRENCY: 20 }, { scripts, scale });
  const requests = points.length * requestsEach;
  try {
    const all = line.write(requests, points.join());
    const sent: Promise<unknown>[] = [];
    for (const [n, point] of points.entries()) {
      const doomed = await line.start({ KILL_AT: point });
      // Sent again until they are accepted, so maybe in the next round.
      sent.push(line.send(all.slice(n * requestsEach, (n + 1) * requestsEach)));
      expect((await doomed.exited).signal, point).toBe('SIGKILL');
    }
    await line.start();
    await Promise.all(sent);
    const { counts, seen, ours } = await line.settle(requests);
    expect(counts).toMatchObject({ delivered: requests, duplicates: 0, wrong: 0 });
    expect(counts.repeats).toBeLessThanOrEqual(points.length * mostRepeatsPerKill);
    expect(line.receiver.problems).toEqual([]);
    expect(seen).toMatchObject({ lines: requests - refused, duplicates: 0, batches: ours });
  } finally {
    await line.close();
  }
});
