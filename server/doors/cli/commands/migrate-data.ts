import { copyData } from '../../../store/copy/copy-data.ts';
import { type Call, type Command, textOption, UsageError } from '../command.ts';
import { plural } from '../in-words.ts';
import { alignColumns } from '../write-out.ts';

export const migrateData: Command = {
  name: 'migrate-data',
  summary: 'Copy everything from SQLite into PostgreSQL',
  about:
    'Copies the whole database into an empty one on PostgreSQL, then reads both again and compares them, table by table.\n' +
    'The service must be stopped. A copy that was interrupted goes on when the same command is given again. The file\n' +
    'stays as it is. Afterwards start the service with DATABASE_URL, and with the SECRET_KEY_BASE and WEBHOOK_SECRET of\n' +
    'before: the files secret-key-base and webhook-secret beside the SQLite file, where they were not set.',
  options: {
    from: { type: 'string', value: 'sqlite:PATH', about: 'The SQLite file; DATABASE_PATH when left out.' },
    to: { type: 'string', value: 'postgres://…', about: 'The database; DATABASE_URL when left out.' },
  },
  examples: ['openai-batch-manager migrate-data --from sqlite:data/openai-batch-manager.db'],
  run: copy,
};

async function copy(call: Call): Promise<number> {
  const { io, settings } = call;
  const path = readPath(textOption(call, 'from')) ?? settings.settings.DATABASE_PATH;
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
