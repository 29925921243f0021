import { existsSync } from 'node:fs';
import { systemClock } from '../../../engine/clock.ts';
import { openStore } from '../../../store/open-store.ts';
import { backupMark } from '../../../store/upkeep/start-after-restore.ts';
import { isoTime } from '../../../views/times.ts';
import { type Call, type Command, CommandFailed, textOption, UsageError } from '../command.ts';
import { readTime } from '../read-time.ts';

export const restored: Command = {
  name: 'restored',
  summary: 'Tell that the database was put back from a copy',
  about:
    'For a copy that cannot know that it is one: a snapshot of a volume, or files that were copied. Give it after the\n' +
    'database was put back and before the service is started. The next start then looks at OpenAI for what was bought\n' +
    'since that time, and gives out new ids. Not needed after "backup", pg_dump or a point-in-time recovery of\n' +
    'PostgreSQL, but it does no harm.',
  options: {
    at: {
      type: 'string',
      value: 'TIME',
      about:
        'When the copy was taken, rather too early than too late: 90s, 15m, 2h, 7d ago, or 2026-11-23T12:00:00Z.',
    },
  },
  examples: ['openai-batch-manager restored --at 2h'],
  run: tell,
};

async function tell(call: Call): Promise<number> {
  const now = systemClock.now();
  const takenAt = readTaken(textOption(call, 'at'), now);
  const { DATABASE_URL, DATABASE_PATH } = call.settings.settings;
  if (DATABASE_URL === null && !existsSync(DATABASE_PATH)) {
    throw new CommandFailed(`There is no database at ${DATABASE_PATH}.`);
  }
  const store = await openStore(call.settings.settings);
  try {
    await store.writeSetting({ name: backupMark, value: String(takenAt), actor: 'command line', now });
  } finally {
    await store.close();
  }
  call.io.out.write(
    `The next start looks for what was bought since ${isoTime(takenAt)}, and gives out new ids.\n`,
  );
  return 0;
}

function readTaken(text: string | undefined, now: number): number {
  if (text === undefined) throw new UsageError('Say with --at TIME when the copy was taken.');
  const at = readTime('--at', text, now);
  if (at > now) throw new UsageError(`--at must be a time that has passed, not "${text}".`);
  return Math.round(at);
}
