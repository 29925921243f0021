import { resetDatabase } from '../../../store/sqlite/change-schema.ts';
import { type Command, UsageError } from '../command.ts';

export const reset: Command = {
  name: 'reset',
  summary: 'Remove the database with everything in it, and make an empty one',
  about:
    'Removes every request, result and API key of the database. The service must be stopped. Secrets kept beside the\n' +
    'database stay, and so do files and batches at OpenAI; cancel batches first if their cost should end.',
  options: { yes: { type: 'boolean', about: 'Yes, remove everything.' } },
  examples: ['openai-batch-manager reset --yes'],
  run: async ({ options, settings, io }) => {
    const path = settings.settings.DATABASE_PATH;
    if (settings.settings.DATABASE_URL !== null) {
      throw new UsageError('This is for SQLite. On PostgreSQL: stop all replicas, dropdb, createdb, start.');
    }
    if (!options['yes']) {
      throw new UsageError(`This removes everything in ${path}. Say --yes to do it.`);
    }
    resetDatabase(path);
    io.out.write(`${path} is empty.\n`);
    return 0;
  },
};
