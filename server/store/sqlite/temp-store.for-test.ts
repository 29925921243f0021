import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../store.ts';
import { openSqliteStore } from './open-sqlite-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-test-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** A path for a database of its own, in a folder that goes with the process. */
export function newDatabasePath(): string {
  files += 1;
  return join(folder, `${files}.db`);
}

/** A store on an empty file. */
export function openTempStore(): Promise<Store> {
  return openSqliteStore({ path: newDatabasePath() });
}
