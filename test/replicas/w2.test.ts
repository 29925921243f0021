/** Many processes, one database: nothing is lost, doubled or done by two at once, whoever dies. */
import { expect, test } from 'vitest';
import { makeTempDatabase } from '../../server/store/postgres/temp-database.for-test.ts';
import { mostRepeatsPerKill } from '../line/crash-line.ts';
import { playW2 } from './play-w2.ts';

const requests = 2_400;
const seed = process.env.KILL_SEED ?? 'replicas';

test(`replicas that die lose and double nothing, with clocks 5 minutes apart (KILL_SEED=${seed})`, {
  timeout: 300_000,
}, async () => {
  const { counts, seen, kills, lines } = await playW2({
    databaseUrl: await makeTempDatabase(),
    requests,
    workers: 3,
    seed,
    killEveryMs: 4_000,
    withinMs: 240_000,
  });
  expect(counts).toMatchObject({ delivered: requests, duplicates: 0, wrong: 0 });
  expect(counts.repeats).toBeLessThanOrEqual(kills * mostRepeatsPerKill);
  expect(seen).toMatchObject({ lines: requests, duplicates: 0, paidTwice: 0, overlappingCalls: 0 });
  expect(Object.keys(seen.batchesByStatus)).toEqual(['completed']);
  expect(kills).toBeGreaterThan(1);
  expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
