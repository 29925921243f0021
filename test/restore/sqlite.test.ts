/** Backup, disaster, restore, go on, by the commands that the guide names. */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { Running } from '../cli/running-service.for-test.ts';
import { playDisaster } from './play-disaster.ts';

const copyOf = ({ folder }: Running) => join(folder, 'monday.db');

async function putBack(running: Running): Promise<Record<string, string>> {
  copyFileSync(copyOf(running), running.databasePath);
  for (const rest of ['-wal', '-shm']) rmSync(running.databasePath + rest, { force: true });
  return {};
}

test('a copy made by backup finds again what was bought after it was taken, and goes on', () =>
  playDisaster({
    copy: async (running) => {
      expect((await running.run(['backup', copyOf(running)])).code).toBe(0);
    },
    restore: putBack,
  }));

test('so does one that was made by other means, once it is told', () =>
  playDisaster({
    copy: async (running) => {
      const source = new DatabaseSync(running.databasePath, { readOnly: true });
      await backup(source, copyOf(running));
      source.close();
    },
    restore: async (running) => {
      await putBack(running);
      const told = await running.run(['restored', '--at', '1h']);
      expect([told.code, told.out]).toEqual([0, expect.stringMatching(/^The next start looks for /)]);
      return {};
    },
  }));
