import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { recount } from '../conformance/recount.ts';
import { connectWriter } from './connect.ts';
import { openSqliteStore } from './open-sqlite-store.ts';
import { newDatabasePath } from './temp-store.for-test.ts';

const script = fileURLToPath(new URL('./hold-store.for-test.ts', import.meta.url));
let child: ChildProcessByStdio<null, Readable, null> | undefined;

afterEach(() => {
  child?.kill('SIGKILL');
});

/** Starts a server on `path` and kills it once it has said `lines` lines. @returns the lines that reached us */
async function killAfter(path: string, lines: number, meanwhile?: () => Promise<void>): Promise<string[]> {
  const server = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  child = server;
  const exited = once(server, 'exit');
  const said: string[] = [];
  for await (const line of createInterface({ input: server.stdout })) {
    said.push(line);
    if (said.length < lines || server.killed) continue;
    await meanwhile?.();
    server.kill('SIGKILL');
  }
  await exited;
  return said;
}

it('refuses a second server with a word on what to do, and is free after a kill', async () => {
  const path = newDatabasePath();
  await killAfter(path, 1, async () => {
    const second = openSqliteStore({ path });
    await expect(second).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(second).rejects.toThrow(/Another server is using .*stop the other one/);
  });
  const store = await openSqliteStore({ path });
  await expect(openSqliteStore({ path })).rejects.toThrow(/Another server/);
  await store.close();
  await (await openSqliteStore({ path })).close();
});

it('waits for the disk at every commit, so that a power cut takes nothing either', () => {
  const db = connectWriter(newDatabasePath());
  expect(db.prepare('pragma synchronous').get()).toEqual({ synchronous: 2 });
  expect(db.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' });
  expect(db.prepare('pragma auto_vacuum').get()).toEqual({ auto_vacuum: 2 });
  db.close();
});

it('has on disk whatever it had acknowledged when it was killed', async () => {
  const path = newDatabasePath();
  const [ready, ...groups] = await killAfter(path, 40);
  expect(ready).toBe('ready');
  const ids = groups.flatMap((line) => line.split(' ')).map(Number);
  expect(ids.length).toBeGreaterThan(150);
  const store = await openSqliteStore({ path });
  const stored = new Set<number>();
  let cursor: number | null = null;
  do {
    const page: Awaited<ReturnType<typeof store.listRequests>> = await store.listRequests({
      cursor,
      limit: 1_000,
    });
    for (const row of page.rows) stored.add(row.id);
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(ids.filter((id) => !stored.has(id))).toEqual([]);
  expect(await recount(store)).toEqual([]);
  await store.close();
});
