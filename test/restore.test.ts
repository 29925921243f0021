/** Backup, disaster, restore, go on: by the commands that the guide names, and nothing is bought twice. */
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type ServingChild, startService } from '../demo/start-service.ts';
import { batchLine, type Running, startRunning } from './cli/running-service.for-test.ts';
import { until } from './until.ts';

const many = 1_000;
let running: Running;
let restored: ServingChild | undefined;
afterEach(async () => {
  await restored?.stop();
  await running.stop();
});

test('a restored copy finds again what was bought after it was taken, and goes on', async () => {
  running = await startRunning();
  const early = await submit('early', ['--now', '--wait']);
  expect(early).toHaveLength(many);
  await submit('open', ['--none']);

  const copy = join(running.folder, 'monday.db');
  expect((await running.run(['backup', copy])).code).toBe(0);

  // Life goes on after the copy: its open batch is bought, and a request comes in that the copy never sees.
  await submit('open', ['--now', '--wait']);
  await submit('lost', ['--now', '--wait'], 1);
  const bought = running.simulator.summary();
  expect(bought).toMatchObject({ batches: 3, lines: 2 * many + 1 });

  await running.service.kill9();
  restore(copy);
  restored = await startService({ ...environment(), POLL_INTERVAL_MS: 50, RETRY_FASTER: 100 });
  const run = (args: string[]) => running.run([...args, '--url', restored?.url ?? '']);
  await until(async () => (await run(['results'])).out.split('\n').length - 1 === 2 * many);
  expect(running.simulator.summary()).toMatchObject({ batches: 3, lines: 2 * many + 1, duplicates: 0 });

  const [answer] = await submit('lost', ['--now', '--wait'], 1, restored.url);
  expect(answer?.response?.status_code).toBe(200);
  expect(running.simulator.summary()).toMatchObject({ batches: 4, lines: 2 * many + 2 });
});

function environment(): Record<string, string> {
  return {
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: running.simulator.url,
    DATABASE_PATH: running.databasePath,
  };
}

function restore(copy: string): void {
  copyFileSync(copy, running.databasePath);
  for (const rest of ['-wal', '-shm']) rmSync(running.databasePath + rest, { force: true });
}

interface Line {
  readonly response: { readonly status_code: number } | null;
}

async function submit(name: string, options: string[], count = many, url?: string): Promise<Line[]> {
  const file = join(running.folder, `${name}.jsonl`);
  writeFileSync(file, Array.from({ length: count }, (_, n) => batchLine(`${name}-${n}`)).join('\n'));
  const { code, out } = await running.run(['submit', file, ...options, ...(url ? ['--url', url] : [])]);
  expect(code).toBe(0);
  return out
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}
