import { inspectDatabase as inspectPostgres } from '../../../store/postgres/inspect-database.ts';
import { migrateDatabase as migratePostgres } from '../../../store/postgres/migrate.ts';
import { migrateDatabase, rollBackDatabase } from '../../../store/sqlite/change-schema.ts';
import { inspectDatabase } from '../../../store/sqlite/inspect-database.ts';
import { type Call, type Command, UsageError } from '../command.ts';

export const migrate: Command = {
  name: 'migrate',
  summary: 'Bring the database to the newest schema',
  about:
    'Makes the database or brings it to the newest schema. "serve" does the same at its start, so this is for looking\n' +
    'first and for going back. The service must be stopped, except for --status.',
  options: {
    status: { type: 'boolean', about: 'Only show which migrations it has had.' },
    rollback: { type: 'boolean', about: 'Undo the newest migration.' },
    yes: { type: 'boolean', about: 'With --rollback: even if data is lost.' },
  },
  examples: ['openai-batch-manager migrate --status'],
  run: async (call) => {
    const { status, rollback } = call.options;
    if (status && rollback) throw new UsageError('Say either --status or --rollback.');
    const url = call.settings.settings.DATABASE_URL;
    if (url !== null) return onPostgres(call, url);
    if (status) return showStatus(call);
    return rollback ? rollBack(call) : bringUp(call);
  },
};

/** Replicas of the older program may go on meanwhile: a step never takes from them what they use. */
async function onPostgres({ io, options }: Call, url: string): Promise<number> {
  if (options['rollback']) {
    throw new UsageError(
      'On PostgreSQL the way back is the dump that was taken before (docs/operations.md).',
    );
  }
  if (options['status']) {
    const { taken, pending, replicas, version } = await inspectPostgres(url);
    io.out.write(`PostgreSQL: ${replicas === 0 ? 'no replica runs' : `replicas running: ${replicas}`}\n`);
    for (const name of taken) io.out.write(`  done     ${name}\n`);
    for (const name of pending) io.out.write(`  pending  ${name}\n`);
    return version > taken.length ? 1 : 0;
  }
  const taken = await migratePostgres(url);
  for (const name of taken) io.out.write(`done ${name}\n`);
  if (taken.length === 0) io.out.write('The database has the newest schema.\n');
  return 0;
}

function showStatus({ io, settings }: Call): number {
  const path = settings.settings.DATABASE_PATH;
  const { exists, taken, pending, inUse, version } = inspectDatabase(path);
  const state = exists ? (inUse ? 'in use by a running service' : 'not in use') : 'not made yet';
  io.out.write(`${path}: ${state}\n`);
  for (const name of taken) io.out.write(`  done     ${name}\n`);
  for (const name of pending) io.out.write(`  pending  ${name}\n`);
  if (version > taken.length) {
    io.out.write(`  unknown  ${version - taken.length} of a newer program\n`);
    return 1;
  }
  return 0;
}

function bringUp({ io, settings }: Call): number {
  const path = settings.settings.DATABASE_PATH;
  const taken = migrateDatabase(path);
  for (const name of taken) io.out.write(`done ${name}\n`);
  if (taken.length === 0) io.out.write(`${path} has the newest schema.\n`);
  return 0;
}

function rollBack({ io, settings, options }: Call): number {
  const path = settings.settings.DATABASE_PATH;
  const undone = rollBackDatabase(path, options['yes'] === true);
  io.out.write(undone === null ? `${path} has no migration to undo.\n` : `undone ${undone}\n`);
  return 0;
}
