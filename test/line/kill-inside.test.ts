/**
 * A kill in the middle of what takes many slices: an ordered restart, and every way in which a batch is cut. After the
 * next start everything goes on by itself, and each request has been run in exactly one batch.
 */
import { rmSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { type ServingChild, startService } from '../../demo/start-service.ts';
import type { KillPoint } from '../../server/engine/kill-points.ts';
import type { Rule, Simulator } from '../../simulator/index.ts';
import { type Api, openApi } from '../call-api.ts';
import { startFaulty } from '../edges/edge-line.ts';
import { makeFolder, type TestSettings, testEnvironment } from '../start-test-service.ts';
import { until } from '../until.ts';

interface Cut {
  readonly points: readonly KillPoint[];
  readonly rows: number;
  readonly scripts: readonly (string | Rule)[];
  readonly settings?: TestSettings;
  /** Which visit to the point is the one inside. */
  readonly visit?: number;
  readonly act?: (api: Api, simulator: Simulator) => Promise<void>;
  /** Requests whose lines OpenAI refuses for good. */
  readonly refused?: number;
}

const refuses: Rule = {
  on: 'call',
  route: 'files.create',
  until: 'lifted',
  do: { status: 400, error: { message: 'Invalid file format for Batch API.' } },
};

async function restartWhenFailed(api: Api, simulator: Simulator): Promise<void> {
  const look = async () => (await api.call('GET', '/api/batches/1')).json;
  await until(async () => (await look()).moves?.includes('restart'));
  simulator.lift();
  // The service dies while it carries this out, maybe before it answers.
  await api.call('POST', '/api/batches/1/restart').catch(() => undefined);
}

const cases: Readonly<Record<string, Cut>> = {
  'an ordered restart': {
    points: ['restart: some requests taken back', 'restart: all requests taken back, batch not moved'],
    rows: 1_700,
    scripts: [refuses],
    act: restartWhenFailed,
  },
  'a cut to what fits under the cap': {
    points: [
      'cut: file forgotten, nothing moved',
      'cut: some requests moved',
      'cut: all requests moved, not recorded',
    ],
    rows: 1_300,
    scripts: [],
    settings: { TOKEN_CAPS: 'gpt-4o-mini=10000' },
  },
  'a file that is too large (413)': {
    points: ['download: some leftovers settled', 'download: leftovers settled, not recorded'],
    rows: 1_300,
    scripts: [
      {
        on: 'call',
        route: 'files.create',
        times: 1,
        do: { status: 413, error: { message: 'Too large.' } },
      },
    ],
  },
  // 60 → 40 → 27 → 18 → 12 → 8 in five rounds; what the sixth leaves is halved: 4 and 2, then 2 and 1.
  'a batch that validation refuses for the sixth time': {
    points: ['download: some leftovers settled', 'download: leftovers settled, not recorded'],
    rows: 60,
    scripts: ['invalid-lines-each-time'],
    visit: 6,
    refused: 55,
  },
};

let child: ServingChild | undefined;
let simulator: Simulator;
let folder: string;
afterEach(async () => {
  await child?.stop();
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

const hasty = { POLL_INTERVAL_MS: 50, RETRY_FASTER: 1_000, SUBMIT_LOOKS_MS: '0,50,200' };

function writeRows(count: number): string {
  return Array.from({ length: count }, (_, n) => {
    const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: `Text number ${n}.` }] };
    const delivery_config = { type: 'none' };
    return `${JSON.stringify({ custom_id: `row-${n}`, method: 'POST', url: '/v1/chat/completions', delivery_config, body })}\n`;
  }).join('');
}

/** Every batch; pages are small enough here. */
const readBatches = async (api: Api) =>
  (await api.call('GET', '/api/batches?limit=1000')).json.data as Record<string, number | string | null>[];

const each = Object.entries(cases).flatMap(([name, cut]) =>
  cut.points.map((point) => ({ name, point, cut })),
);

test.each(each)('$name, killed at "$point"', async ({ point, cut }) => {
  folder = makeFolder();
  simulator = await startFaulty(cut.scripts, 1);
  const settings = { ...hasty, OPENAI_BASE_URL: simulator.url, BATCH_MAX_AGE_MS: 60_000, ...cut.settings };
  const kill = { KILL_AT: point, KILL_AT_VISIT: cut.visit ?? 1 };
  child = await startService(testEnvironment(folder, { ...settings, ...kill, LOG_LEVEL: 'info' }));
  const doomed = child;
  const api = await openApi(doomed.url);
  const sent = await api.call('POST', '/api/requests/bulk', {
    body: writeRows(cut.rows),
    type: 'application/jsonl',
  });
  expect(sent.json).toMatchObject({ accepted: cut.rows });
  expect((await api.call('POST', '/api/batches/1/upload')).status).toBe(202);
  await cut.act?.(api, simulator);
  expect((await doomed.exited).signal).toBe('SIGKILL');

  child = await startService(testEnvironment(folder, { ...settings, LOG_LEVEL: 'info' }));
  const again = await openApi(child.url);
  await until(async () => (await readBatches(again)).every(({ ended_at }) => ended_at !== null), 60_000);
  const batches = await readBatches(again);
  const sum = (column: string) => batches.reduce((total, batch) => total + Number(batch[column]), 0);
  const refused = cut.refused ?? 0;
  expect(sum('request_count')).toBe(cut.rows);
  expect([sum('succeeded_count'), sum('failed_count')]).toEqual([cut.rows - refused, refused]);
  expect(simulator.summary()).toMatchObject({ duplicates: 0, paidTwice: 0, linesRun: cut.rows - refused });
});
