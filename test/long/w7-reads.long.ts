/**
 * W7: what people look at, with five million requests stored: lists, filters, search, counts, details and the pages of
 * the console under 100 ms at the 99th percentile, through the door, on both databases.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startService } from '../../demo/start-service.ts';
import { migrateDatabase, withConnection } from '../../server/store/postgres/migrate.ts';
import { makeEmptyDatabase } from '../../server/store/postgres/temp-database.for-test.ts';
import { connectWriter } from '../../server/store/sqlite/connect.ts';
import { openSqliteStore } from '../../server/store/sqlite/open-sqlite-store.ts';
import { makeFolder, testEnvironment } from '../start-test-service.ts';
import { describeFill, fillPostgres, fillSqlite } from './fill-w7.ts';
import { recordRun } from './record-run.ts';
import { lookAtEverything, type Slowest } from './w7-pages.ts';

const rows = Number(process.env.W7_ROWS ?? 5_000_000);
const aimMs = 100;
const key = 'w7-0123456789abcdef0123456789abcdef';
const filled = describeFill(rows, Date.now());
/** Databases that a run before has filled and left, for looking again without the wait. */
const kept = { path: process.env.W7_SQLITE, url: process.env.W7_POSTGRES };
const seen: string[] = [];

/** Starts the service on what was stored and looks at everything. */
async function look(name: string, settings: Record<string, string>): Promise<Slowest> {
  const folder = makeFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const service = await startService({
    ...testEnvironment(folder),
    API_KEYS: key,
    LOG_LEVEL: 'info',
    ...settings,
  });
  try {
    const slowest = await lookAtEverything(service.url, key, filled, (line) => {
      process.stdout.write(`${name}, ${line}\n`);
    });
    seen.push(`${name} ${slowest.ms.toFixed(0)} ms (${slowest.what})`);
    return slowest;
  } finally {
    await service.stop();
  }
}

test('SQLite answers in time', async () => {
  const folder = makeFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = kept.path ?? join(folder, 'service.db');
  if (!kept.path) {
    await (await openSqliteStore({ path })).close();
    const db = connectWriter(path);
    fillSqlite(db, filled);
    db.close();
  }
  const slowest = await look('SQLite', { DATABASE_PATH: path });
  expect(slowest.ms, slowest.what).toBeLessThan(aimMs);
});

test('PostgreSQL answers in time', async () => {
  const url = kept.url ?? (await makeEmptyDatabase());
  await migrateDatabase(url);
  if (!kept.url) await withConnection(url, (client) => fillPostgres(client, filled));
  const slowest = await look('PostgreSQL', {
    DATABASE_URL: url,
    SECRET_KEY_BASE: 'for-this-test-alone-'.repeat(2),
    WEBHOOK_SECRET: `whsec_${Buffer.from('for this test alone, always').toString('base64')}`,
  });
  expect(slowest.ms, slowest.what).toBeLessThan(aimMs);
  if (seen.length === 2) {
    recordRun('w7-reads', `${rows} requests, the slowest look at p99: ${seen.join(', ')}; aim ${aimMs} ms`);
  }
});
