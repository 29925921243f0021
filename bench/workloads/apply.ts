import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { floorOf, placeOf, storedIn } from '../databases.ts';
import type { LoadInput, LoadResult } from '../load/load.ts';
import { oneKind } from '../load/make-request.ts';
import { apiKey, type LogLine, type Ours, startOurs } from '../service.ts';
import type { Setup } from '../setup.ts';
import { longestStall } from '../stalls.ts';
import { type StandIn, startStandIn } from '../stand-ins/provider.ts';
import { expectFigures } from '../stored.ts';
import { startTask } from '../task.ts';
import { closesByOrder, copyTemplate, makeSentBatch, type Rows, resultLines } from '../templates.ts';
import type { Bench, Sample, Workload } from '../workload.ts';

interface Ready {
  readonly name: string;
  readonly rows: Rows;
  readonly template: string;
  readonly resultPath: string;
  readonly standIn: StandIn;
}

/** Starts on a batch that the provider says is completed; the log tells when applying began and ended. */
async function startApplying(
  setup: Setup,
  { name, template, standIn }: Ready,
  stallFile?: string,
): Promise<Ours> {
  const folder = await copyTemplate(setup, template);
  return startOurs(setup, {
    folder,
    name,
    provider: standIn.url,
    settings: closesByOrder,
    ...(stallFile !== undefined && { stallFile }),
  });
}

const began = (line: LogLine) => line['to'] === 'downloading';
const ended = (line: LogLine) => line['from'] === 'ready_to_deliver';
const at = (line: LogLine) => Date.parse(String(line.time));

async function measureOurs(setup: Setup, ready: Ready): Promise<Sample> {
  const { rows, standIn, resultPath, name } = ready;
  const stallFile = join(await setup.folder(), 'stalls.json');
  standIn.complete(resultPath);
  const ours = await startApplying(setup, ready, stallFile);
  try {
    const from = at(await ours.saw(began));
    const before = ours.used();
    const to = at(await ours.saw(ended));
    const after = ours.used();
    await ours.stop();
    expectFigures(name, await ours.stored(), { requests: rows.count, results: rows.count });
    return {
      value: (to - from) / 1_000,
      memMb: after.memMb,
      cpuMsPerRequest: (after.cpuMs - before.cpuMs) / rows.count,
      more: { stallMs: longestStall(stallFile, from, to) },
    };
  } finally {
    await ours.stop();
  }
}

async function measureFloor(setup: Setup, { template, resultPath, rows, name }: Ready): Promise<Sample> {
  const folder = await copyTemplate(setup, template);
  const floor = startTask(floorOf(setup, 'apply'), { ...(await placeOf(setup, folder)), resultPath });
  const { cpuMs, seconds, memMb } = await floor.hear<{ cpuMs: number; seconds: number; memMb: number }>(
    'result',
  );
  await floor.stop();
  const stored = await storedIn(setup, folder);
  expectFigures(`${name}'s floor`, stored, { requests: rows.count, results: rows.count });
  return { value: seconds, memMb, cpuMsPerRequest: cpuMs / rows.count };
}

/** Intake at a steady pace, first alone, then while results are applied: how much later its slowest answers come. */
async function measureIntakeBeside(setup: Setup, ready: Ready): Promise<Record<string, number>> {
  const seconds = setup.size(3, 0.5);
  ready.standIn.complete(null);
  const ours = await startApplying({ ...setup, profileFolder: null }, ready);
  try {
    const load = steadyLoad(ours.url, 'quiet-', seconds);
    const warm = startTask('load/post-requests.ts', { ...load, prefix: 'warm-' });
    await warm.hear('result');
    const quiet = startTask('load/post-requests.ts', load);
    const { p99Ms: quietP99Ms } = await quiet.hear<LoadResult>('result');
    const beside = startTask('load/post-requests.ts', steadyLoad(ours.url, 'beside-', 60));
    await beside.hear('measuring');
    ready.standIn.complete(ready.resultPath);
    await ours.saw((line) => line['from'] === 'ready_to_deliver' && line['batch'] === 1);
    beside.say('stop');
    const { p99Ms: besideP99Ms, sent, accepted } = await beside.hear<LoadResult>('result');
    expectFigures('intake beside apply', { accepted }, { accepted: sent });
    return { quietP99Ms, besideP99Ms, intakeP99Ratio: besideP99Ms / quietP99Ms };
  } finally {
    await ours.stop();
  }
}

function steadyLoad(url: string, prefix: string, seconds: number): LoadInput {
  const perSecond = 1_000;
  const common = { url, key: apiKey, connections: 64, warmUp: 0, bodyBytes: 2_000, kinds: oneKind };
  return { ...common, prefix, perSecond, count: perSecond * seconds };
}

async function prepare(
  setup: Setup,
  name: string,
  rows: Rows,
  lineBytes: number,
): Promise<Bench & { ready: Ready }> {
  const standIn = await startStandIn();
  const template = await makeSentBatch(setup, rows, standIn);
  const resultPath = join(await setup.folder(), 'results.jsonl');
  await pipeline(Readable.from(resultLines(rows.count, lineBytes)), createWriteStream(resultPath));
  const ready = { name, rows, template, resultPath, standIn };
  return {
    ready,
    ours: () => measureOurs(setup, ready),
    floor: () => measureFloor(setup, ready),
    close: () => standIn.close(),
  };
}

const floor = 'parse each line of the same local file, write the same tables, 200 in a transaction';

export const apply: Workload = {
  name: 'apply',
  work: 'a result file of 50,000 lines of 1.6 KB',
  floor,
  unit: 's',
  aims: [
    { figure: 'ratio', atMost: 1.4 },
    { figure: 'stallMs', atMost: 50 },
    { figure: 'intakeP99Ratio', atMost: 2 },
  ],
  stores: ['sqlite', 'postgres'],
  async prepare(setup) {
    const rows: Rows = { count: setup.size(50_000, 1_000), bodyBytes: 1_000, delivery: { type: 'none' } };
    const bench = await prepare(setup, 'apply', rows, 1_600);
    return { ...bench, also: () => measureIntakeBeside(setup, bench.ready) };
  },
};

export const applyLarge: Workload = {
  name: 'apply-large',
  work: 'W6: 50,000 lines of 16 KB, 800 MB',
  floor,
  unit: 's',
  aims: [{ figure: 'memMb', atMost: 300 }],
  stores: ['sqlite', 'postgres'],
  pairs: 2,
  async prepare(setup) {
    const rows: Rows = { count: setup.size(50_000, 500), bodyBytes: 1_000, delivery: { type: 'none' } };
    return prepare(setup, 'apply-large', rows, 16_000);
  },
};
