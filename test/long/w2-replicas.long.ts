/**
 * W2 at its full size: two replicas that take requests and four that work on one PostgreSQL, clocks 5 minutes apart, a
 * replica killed every few seconds, connections cut, and the database restarted in the middle.
 */
import { expect, onTestFinished, test } from 'vitest';
import { startOwnServer } from '../../server/store/postgres/find-server.for-test.ts';
import { withConnection } from '../../server/store/postgres/migrate.ts';
import { mostRepeatsPerKill } from '../line/crash-line.ts';
import { playW2 } from '../replicas/play-w2.ts';
import { recordRun } from './record-run.ts';

const requests = Number(process.env.W2_REQUESTS ?? 50_000);
const seed = process.env.KILL_SEED ?? 'long';
/** In whose wake the database is restarted; at every third the connections are cut. */
const restartAfterKill = 3;

test('many replicas, kills, cut connections, a restarted database: lost 0, doubled 0', async () => {
  const server = await startOwnServer();
  onTestFinished(() => server.stop());
  const cut = () =>
    withConnection(server.url, (client) =>
      client.query(`select pg_terminate_backend(pid) from pg_stat_activity
                    where datname = current_database() and pid <> pg_backend_pid()`),
    );
  const startedAt = performance.now();
  const { counts, seen, kills, lines } = await playW2({
    databaseUrl: server.url,
    requests,
    workers: 4,
    seed,
    killEveryMs: 6_000,
    withinMs: 1_700_000,
    settings: { BATCH_MAX_REQUESTS: 2_000, BATCH_MAX_AGE_MS: 3_000 },
    disturb: async (kill) => {
      if (kill === restartAfterKill) await server.restart();
      else if (kill % 3 === 0) await cut();
    },
  });
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  expect(counts).toMatchObject({ delivered: requests, duplicates: 0, wrong: 0 });
  expect(counts.repeats).toBeLessThanOrEqual(kills * 2 * mostRepeatsPerKill);
  expect(seen).toMatchObject({ lines: requests, duplicates: 0, paidTwice: 0, overlappingCalls: 0 });
  expect(Object.keys(seen.batchesByStatus)).toEqual(['completed']);
  expect(kills).toBeGreaterThanOrEqual(restartAfterKill);
  expect(lines.some((line) => line.includes('"taken_over"'))).toBe(true);
  recordRun(
    'w2-replicas',
    `${requests} requests, ${kills} kills, 1 restart of the database: lost 0, duplicates 0, overlapping calls 0; ` +
      `${counts.repeats} deliveries repeated, ${seconds} s`,
  );
});
