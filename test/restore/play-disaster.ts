/** Life before a disaster, the disaster, and life after it, through the real doors: nothing is bought twice. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type ServingChild, startService } from '../../demo/start-service.ts';
import type { Rule } from '../../simulator/scripts/rule.ts';
import type { SeenCall } from '../../simulator/seen/call-ledger.ts';
import { openApi } from '../call-api.ts';
import { batchLine, type Running, startRunning } from '../cli/running-service.for-test.ts';
import { until } from '../until.ts';

export interface Disaster {
  /** Of the service, where it is to be on another database than the SQLite file. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Takes a copy while the service runs. */
  copy(running: Running): Promise<void>;
  /**
   * Puts the copy in the place of what has come since.
   *
   * @returns settings that are others than before
   */
  restore(running: Running): Promise<Readonly<Record<string, string>>>;
  /** Whether the service survives it: its database alone goes. */
  readonly serviceLives?: boolean;
}

const many = 300;
const few = 10;
const settings = { POLL_INTERVAL_MS: 50, RETRY_FASTER: 100, SUBMIT_LOOKS_MS: '0,100,300' };

export async function playDisaster(disaster: Disaster): Promise<void> {
  const running = await startRunning({ ...settings, ...disaster.settings });
  let after: ServingChild | undefined;
  try {
    const bought = await liveBefore(running, disaster);
    if (!disaster.serviceLives) await running.service.kill9();
    const calls: string[] = [];
    running.simulator.events.on('call', ({ route }: SeenCall) => calls.push(route));
    const changed = await disaster.restore(running);
    after = disaster.serviceLives ? running.service : await startAgain(running, disaster, changed);
    await liveAfter(running, after, { bought, calls });
  } finally {
    if (after !== running.service) await after?.stop();
    await running.stop();
  }
}

/** What OpenAI says to uploads while the copy is taken. */
const sick: Rule = {
  on: 'call',
  route: 'files.create',
  do: { status: 503, error: { message: 'The server is overloaded.' } },
  until: 'lifted',
};

/**
 * At the copy one file of requests is done, one waits in an open batch and one in a closed one, both to be bought after
 * it, and one never leaves. (Where groups meet on PostgreSQL, a file becomes several batches.)
 *
 * @returns batches that were bought
 */
async function liveBefore(running: Running, disaster: Disaster): Promise<number> {
  const { simulator, service } = running;
  expect(await submit(running, service, 'early', ['--now', '--wait'])).toHaveLength(many);
  await submit(running, service, 'open', ['--none']);
  await submit(running, service, 'kept', ['--none'], few);
  simulator.addScript(sick);
  await submit(running, service, 'closed', ['--now', '--none'], few);
  await simulator.until(({ summary }) => (summary.calls['files.create']?.['503'] ?? 0) > 0);
  await disaster.copy(running);
  // Life goes on after the copy: what it holds is bought, and a request comes in that it never sees.
  simulator.lift();
  await submit(running, service, 'closed', ['--wait'], few);
  await submit(running, service, 'open', ['--now', '--wait']);
  await submit(running, service, 'lost', ['--now', '--wait'], 1);
  const { batches, ...counts } = simulator.summary();
  expect(counts).toMatchObject({ lines: 2 * many + few + 1, duplicates: 0 });
  return batches;
}

async function liveAfter(
  running: Running,
  service: ServingChild,
  { bought, calls }: { readonly bought: number; readonly calls: readonly string[] },
): Promise<void> {
  const { simulator } = running;
  const results = async () => (await running.run(['results', '--url', service.url])).out;
  await until(async () => (await results()).split('\n').length - 1 === 2 * many + 2 * few, 90_000);
  // What had been bought is found by its tag. Before anything is sent, OpenAI is asked what is there.
  expect(simulator.summary()).toMatchObject({
    batches: bought + 1,
    lines: 2 * many + 2 * few + 1,
    duplicates: 0,
  });
  expect(calls.filter((route) => route === 'files.create' || route === 'batches.create')).toEqual([
    'files.create',
    'batches.create',
  ]);
  expect(calls.slice(0, calls.indexOf('files.create'))).toContain('batches.list');

  const [answer] = await submit(running, service, 'lost', ['--now', '--wait'], 1);
  expect(answer?.response?.status_code).toBe(200);
  expect(simulator.summary()).toMatchObject({
    batches: bought + 2,
    lines: 2 * many + 2 * few + 2,
    duplicates: 0,
  });
  // Ids that were given out after the copy, and tags with them, are not given out again.
  const { json } = await (await openApi(service.url)).call('GET', '/api/requests/lost-0');
  expect(json.batch_id).toBeGreaterThan(1_000_000);
}

function startAgain(
  { simulator, databasePath }: Running,
  disaster: Disaster,
  changed: Readonly<Record<string, string>>,
): Promise<ServingChild> {
  return startService({
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: simulator.url,
    DATABASE_PATH: databasePath,
    ...settings,
    ...disaster.settings,
    ...changed,
  });
}

interface Line {
  readonly response: { readonly status_code: number } | null;
}

/** What is to be in a batch of its own. */
const models = { kept: 'gpt-4.1-mini', closed: 'gpt-4.1-nano' };

async function submit(
  running: Running,
  { url }: ServingChild,
  name: 'early' | 'open' | 'closed' | 'kept' | 'lost',
  options: readonly string[],
  count = many,
): Promise<Line[]> {
  const file = join(running.folder, `${name}.jsonl`);
  const model = models[name as keyof typeof models] ?? 'gpt-4o-mini';
  const lines = Array.from({ length: count }, (_, n) => batchLine(`${name}-${n}`, model));
  writeFileSync(file, lines.join('\n'));
  const { code, out, err } = await running.run(['submit', file, ...options, '--url', url]);
  expect(code, err).toBe(0);
  return out
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}
