/**
 * Many processes, one database: nothing is lost, doubled or done by two at once, whoever dies, the database included. The
 * short form of what test/long/w2-replicas.long.ts plays at full size.
 */
import { expect, onTestFinished, test } from 'vitest';
import { startOwnServer } from '../../server/store/postgres/find-server.for-test.ts';
import { mostRepeatsPerKill } from '../line/crash-line.ts';
import { playW2 } from './play-w2.ts';

const requests = 2_400;
const workers = 4;
const seed = process.env.KILL_SEED ?? 'replicas';

test(`replicas that die and a database that restarts lose and double nothing, with clocks 5 minutes apart (KILL_SEED=${seed})`, {
  timeout: 300_000,
}, async () => {
  const server = await startOwnServer();
  onTestFinished(() => server.stop());
  let restarts = 0;
  const { counts, seen, kills, lines } = await playW2({
    databaseUrl: server.url,
    requests,
    workers,
    seed,
    killEveryMs: 2_000,
    withinMs: 240_000,
    disturb: async (kill) => {
      if (kill !== 1) return;
      await server.restart();
      restarts += 1;
    },
  });
  expect(restarts).toBe(1);
  expect(counts).toMatchObject({ delivered: requests, duplicates: 0, wrong: 0 });
  // A restart leaves every sender without an answer, as a kill leaves one.
  expect(counts.repeats).toBeLessThanOrEqual((kills + restarts * workers) * mostRepeatsPerKill);
  expect(seen).toMatchObject({ lines: requests, duplicates: 0, paidTwice: 0, overlappingCalls: 0 });
  expect(Object.keys(seen.batchesByStatus)).toEqual(['completed']);
  expect(kills).toBeGreaterThan(0);
  expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
