import { systemClock } from '../../../engine/clock.ts';
import {
  type Call,
  type Command,
  CommandFailed,
  serviceOptions,
  textOption,
  UsageError,
} from '../command.ts';
import { type Figures, readFigures } from '../read-figures.ts';
import { type Service, ServiceUnreachable, withService } from '../service.ts';
import { figuresAsLine, figuresAsTable } from '../show-figures.ts';

const defaultSeconds = 2;

export const watch: Command = {
  name: 'watch',
  summary: 'Show the same, live',
  about:
    'Shows what "status" shows, again and again until Ctrl-C. Where the output is no terminal it writes one line whenever\n' +
    'something has changed. A service that stops answering is waited for.',
  options: {
    every: {
      type: 'string',
      value: 'SECONDS',
      about: `Pause between two looks; ${defaultSeconds} when left out.`,
    },
    ...serviceOptions,
  },
  examples: ['openai-batch-manager watch', 'openai-batch-manager watch --every 60 >> status.log'],
  run: (call) =>
    withService(call, async (service) => {
      const seconds = Number(textOption(call, 'every') ?? defaultSeconds);
      if (!(seconds >= 0.1 && seconds <= 86_400))
        throw new UsageError('--every must be 0.1 to 86400 seconds.');
      await service.mustRun();
      await watchService(call, service, seconds * 1_000);
      return 0;
    }),
};

async function watchService({ io }: Call, service: Service, everyMs: number): Promise<void> {
  const ended = new AbortController();
  process.once('SIGINT', () => ended.abort());
  process.once('SIGTERM', () => ended.abort());
  let last = '';
  while (!ended.signal.aborted) {
    const figures = await look(service);
    const now = new Date().toISOString();
    const line = typeof figures === 'string' ? figures : figuresAsLine(figures);
    if (io.out.isTTY) {
      const table = typeof figures === 'string' ? `${figures}\n` : figuresAsTable(figures);
      io.out.write(`\x1b[H\x1b[2J${service.url}  ${now}\n\n${table}`);
    } else if (line !== last) {
      io.out.write(`${now} ${line}\n`);
    }
    last = line;
    await systemClock.pause(everyMs, ended.signal);
  }
}

/** Figures, or a sentence while nobody answers. */
async function look(service: Service): Promise<Figures | string> {
  try {
    return await readFigures(service);
  } catch (error) {
    if (error instanceof ServiceUnreachable) return error.message;
    throw error instanceof CommandFailed ? error : new CommandFailed(String(error));
  }
}
