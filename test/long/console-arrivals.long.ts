/**
 * The console while 2,000 requests a second arrive: no task over 100 ms in the browser, rows that do not move, at most one
 * message a second. Load, service and browser share the machine; what pace was reached stands in the row.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { useBrowser } from '../console/browser-stage.ts';
import { makePosts } from '../console/console-stage.ts';
import { heard, listed, listenAlong, longTasks } from '../console/heard.ts';
import { until } from '../until.ts';
import type { Posted, Posting } from './post-steadily.ts';
import { recordRun } from './record-run.ts';

const perSecond = Number(process.env.CONSOLE_PER_SECOND ?? 2_000);
const seconds = 20;
const aimMs = 100;
const t = useBrowser({
  settings: { BATCH_MAX_AGE_MS: 86_400_000 },
  prepare: ({ send }) => send(makePosts(60, 'early')),
});

async function postTo(url: string, prefix: string): Promise<Posted> {
  const workerData: Posting = { url, prefix, perSecond, seconds };
  const worker = new Worker(new URL('./post-steadily.ts', import.meta.url), { workerData });
  const [posted] = (await once(worker, 'message')) as [Posted];
  await worker.terminate();
  return posted;
}

test('the list of requests and the overview stay smooth', async () => {
  const { page, stage } = t;
  const seen: string[] = [];
  await listenAlong(page);
  for (const [name, path] of [
    ['requests', '/requests'],
    ['overview', '/'],
  ] as const) {
    await page.goto(`${stage.url}${path}`);
    await page
      .locator(name === 'requests' ? 'tbody tr' : 'figure ol li')
      .first()
      .waitFor();
    await until(async () => (await heard(page)).length > 0);
    const before = name === 'requests' ? await listed(page) : null;
    const from = Number(await page.evaluate('performance.now()'));
    const { accepted, seconds: took } = await postTo(stage.url, name);
    if (before) expect(await listed(page)).toEqual(before);
    const to = Number(await page.evaluate('performance.now()'));
    const messages = (await heard(page)).filter((at) => at >= from);
    const longest = Math.max(
      0,
      ...(await longTasks(page)).filter(({ startTime }) => startTime >= from).map(({ duration }) => duration),
    );
    const pace = Math.round(accepted / took);
    seen.push(
      `${name}: ${pace} a second, longest task ${longest.toFixed(0)} ms, ${messages.length} messages in ${((to - from) / 1_000).toFixed(0)} s`,
    );
    process.stdout.write(`${seen.at(-1)}\n`);
    expect(messages.length).toBeLessThanOrEqual(Math.ceil((to - from) / 1_000) + 1);
    expect(longest).toBeLessThan(aimMs);
  }
  recordRun('console-arrivals', `${perSecond} wanted; ${seen.join('; ')}; aim ${aimMs} ms`);
});
