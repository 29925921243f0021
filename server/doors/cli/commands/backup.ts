import { dirname, join } from 'node:path';
import { backUpDatabase } from '../../../store/sqlite/back-up-database.ts';
import type { Command } from '../command.ts';
import { bytesInWords } from '../in-words.ts';

export const backup: Command = {
  name: 'backup',
  summary: 'Copy the database while the service runs',
  args: 'FILE',
  argCount: { least: 1, most: 1 },
  about:
    'Copies the database at DATABASE_PATH as it is at one moment, checks the copy, and gives it its name last. The\n' +
    'service may run meanwhile. To restore: stop the service, put the copy where DATABASE_PATH says, remove the files\n' +
    'ending in -wal and -shm beside it, start. The first start on a copy looks for what was bought after it was taken.',
  options: {},
  examples: ['openai-batch-manager backup backups/monday.db'],
  run: async ({ args, settings, io }) => {
    const path = settings.settings.DATABASE_PATH;
    const target = args[0] ?? '';
    const { bytes, version } = await backUpDatabase(path, target);
    io.out.write(`${target}: ${bytesInWords(bytes)}, schema ${version}, checked.\n`);
    if (settings.settings.WEBHOOK_SECRET === null) {
      io.err.write(
        `Keep ${join(dirname(path), 'webhook-secret')} as well: receivers check signatures with it.\n`,
      );
    }
    return 0;
  },
};
