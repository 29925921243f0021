import { dirname, join } from 'node:path';
import { backUpDatabase } from '../../../store/sqlite/back-up-database.ts';
import { type Command, UsageError } from '../command.ts';
import { bytesInWords } from '../in-words.ts';

/** Secrets that the service made for itself, beside the database. */
const secrets = [
  ['SECRET_KEY_BASE', 'secret-key-base', 'without it a restored copy does not start'],
  ['WEBHOOK_SECRET', 'webhook-secret', 'receivers check signatures with it'],
] as const;

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
    if (settings.settings.DATABASE_URL !== null) {
      throw new UsageError(
        'This is for SQLite. On PostgreSQL: pg_dump --format=custom --file=FILE "$DATABASE_URL".',
      );
    }
    const target = args[0] ?? '';
    const { bytes, version } = await backUpDatabase(path, target);
    io.out.write(`${target}: ${bytesInWords(bytes)}, schema ${version}, checked.\n`);
    for (const [setting, file, why] of secrets) {
      if (settings.settings[setting] !== null) continue;
      io.err.write(`Keep ${join(dirname(path), file)} as well: ${why}.\n`);
    }
    return 0;
  },
};
