import { copyData } from '../../../store/copy/copy-data.ts';
import { takeBackDatabase } from '../../../store/sqlite/change-schema.ts';
import { type Call, type Command, textOption, UsageError } from '../command.ts';
import { plural } from '../in-words.ts';
import { alignColumns } from '../write-out.ts';

export const migrateData: Command = {
  name: 'migrate-data',
  summary: 'Copy everything from SQLite into PostgreSQL',
  about:
    'Copies the whole database into an empty one on PostgreSQL, then reads both again and compares them, table by table.\n' +
    'The service must be stopped. A copy that was interrupted goes on when the same command is given again; until it has\n' +
    'ended no service starts on the target. The file keeps what it holds and is marked: no service starts on it any more,\n' +
    'unless it is taken back. Afterwards start the service with DATABASE_URL, and with the SECRET_KEY_BASE and\n' +
    'WEBHOOK_SECRET of before: the files secret-key-base and webhook-secret beside the SQLite file, where they were not set.',
  options: {
    from: { type: 'string', value: 'sqlite:PATH', about: 'The SQLite file; DATABASE_PATH when left out.' },
    to: { type: 'string', value: 'postgres://…', about: 'The database; DATABASE_URL when left out.' },
    'take-back': {
      type: 'boolean',
      about: 'Only takes the mark off the file again: for a copy that is not used and never will be.',
    },
  },
  examples: ['openai-batch-manager migrate-data --from sqlite:data/openai-batch-manager.db'],
  run: async (call) => (call.options['take-back'] === true ? takeBack(call) : copy(call)),
};

function pathOf(call: Call): string {
  return readPath(textOption(call, 'from')) ?? call.settings.settings.DATABASE_PATH;
}

function takeBack(call: Call): number {
  if (call.options['to'] !== undefined)
    throw new UsageError('--take-back is about the file alone: leave --to out.');
  const path = pathOf(call);
  const was = takeBackDatabase(path);
  call.io.out.write(was ? `${path} may be used again.\n` : `${path} was not marked as copied.\n`);
  return 0;
}

async function copy(call: Call): Promise<number> {
  const { io, settings } = call;
  const path = pathOf(call);
  const url = readUrl(textOption(call, 'to')) ?? settings.settings.DATABASE_URL;
  if (url === null) throw new UsageError('Say where to with --to postgres://…, or set DATABASE_URL.');
  let told = '';
  const copied = await copyData({
    path,
    url,
    onProgress: ({ step, table, rows }) => {
      const line = `${step === 'copy' ? 'copying' : 'comparing'} ${table}`;
      if (io.err.isTTY) io.err.write(`\r${line}: ${plural(rows, 'row')}   `);
      else if (line !== told) io.err.write(`${line}\n`);
      told = line;
    },
  });
  if (io.err.isTTY) io.err.write('\n');
  io.out.write(
    alignColumns([
      ['table', 'rows', 'checksum, the same on both sides'],
      ...copied.map(({ table, rows, checksum }) => [table, String(rows), checksum.split(':')[1] ?? '']),
    ]),
  );
  return 0;
}

function readPath(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (!text.startsWith('sqlite:') || text === 'sqlite:') throw new UsageError('--from must be sqlite:PATH.');
  return text.slice('sqlite:'.length);
}

function readUrl(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (!/^postgres(ql)?:\/\//.test(text))
    throw new UsageError('--to must be a URL that begins with postgres://.');
  return text;
}
