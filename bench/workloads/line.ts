import { readSeen, startSimulator } from '../../demo/start-simulator.ts';
import type { Received } from '../load/load.ts';
import { type Ours, startOurs } from '../service.ts';
import type { Setup } from '../setup.ts';
import { expectFigures } from '../stored.ts';
import { startTask, type Task } from '../task.ts';
import { closesByOrder, postLines, type Rows, sendBulk } from '../templates.ts';
import type { Sample, Workload } from '../workload.ts';

const inFlight = 50;
/** Time passes so fast that a batch is done as soon as its rows are run. */
const withoutDelay = ['--scale', '1000', '--answer-bytes', '1000'];

async function measureOurs(setup: Setup, rows: Rows, receiver: Task): Promise<Sample> {
  const simulator = await startSimulator(withoutDelay);
  receiver.say('forget');
  receiver.say(`await ${rows.count}`);
  const ours = await startOurs(setup, {
    folder: await setup.folder(),
    name: 'line',
    provider: simulator.url,
    settings: { ...closesByOrder, POLL_INTERVAL_MS: 100 },
  });
  try {
    await sendBulk(ours, postLines(rows, 'line-'), rows.count);
    const before = ours.used();
    const acceptedAt = Date.now();
    const batches = await uploadAll(ours);
    const { requests, lastAt } = await receiver.hear<Received>('complete');
    const after = ours.used();
    for (const id of batches) await ours.saw(({ event, batch }) => event === 'batch_done' && batch === id);
    const seen = await readSeen(simulator.url);
    await ours.stop();
    const { states } = await ours.stored();
    expectFigures(
      'line',
      { delivered: states['delivered'], requests, lines: seen.lines, duplicates: seen.duplicates },
      { delivered: rows.count, requests: rows.count, lines: rows.count, duplicates: 0 },
    );
    return {
      value: (lastAt - acceptedAt) / 1_000,
      memMb: after.memMb,
      cpuMsPerRequest: (after.cpuMs - before.cpuMs) / rows.count,
    };
  } finally {
    await ours.stop();
    await simulator.stop();
  }
}

/** One batch on SQLite; on PostgreSQL one for each slot that was filled. @returns their ids */
async function uploadAll(ours: Ours): Promise<number[]> {
  const { data } = await ours.call<{ data: { id: number }[] }>('GET', '/api/batches?state=building');
  for (const { id } of data) await ours.call('POST', `/api/batches/${id}/upload`);
  return data.map(({ id }) => id);
}

async function measureFloor({ count, bodyBytes }: Rows, receiver: Task, url: string): Promise<Sample> {
  const simulator = await startSimulator(withoutDelay);
  receiver.say('forget');
  receiver.say(`await ${count}`);
  try {
    const input = { provider: simulator.url, receiver: url, count, bodyBytes, inFlight };
    const floor = startTask('floors/line.ts', input);
    const { cpuMs, seconds, results } = await floor.hear<{ cpuMs: number; seconds: number; results: number }>(
      'result',
    );
    const { requests } = await receiver.hear<Received>('complete');
    await floor.stop();
    expectFigures("line's floor", { results, requests }, { results: count, requests: count });
    return { value: seconds, cpuMsPerRequest: cpuMs / count };
  } finally {
    await simulator.stop();
  }
}

export const line: Workload = {
  name: 'line',
  work: '50,000 requests from all accepted to the last delivery, simulator without delay',
  floor: 'a plain script with the official client; nothing is durable',
  unit: 's',
  aims: [{ figure: 'ratio', atMost: 2 }],
  stores: ['sqlite', 'postgres'],
  async prepare(setup) {
    const receiver = startTask('load/receive-webhooks.ts', { answerAfterMs: 1 });
    const { url } = await receiver.hear<{ url: string }>('listening');
    const delivery = { type: 'webhook', webhook_url: url };
    const rows: Rows = { count: setup.size(50_000, 1_000), bodyBytes: 1_000, delivery };
    return {
      ours: () => measureOurs(setup, rows, receiver),
      floor: () => measureFloor(rows, receiver, url),
      close: () => receiver.stop(),
    };
  },
};
