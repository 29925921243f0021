import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { floorOf, placeOf, storedIn } from '../databases.ts';
import { startOurs } from '../service.ts';
import type { Setup } from '../setup.ts';
import { expectFigures, type Stored } from '../stored.ts';
import { startTask } from '../task.ts';
import { closesByOrder, copyTemplate, makeOpenBatch, postLines, type Rows, sendFile } from '../templates.ts';
import type { Sample, Workload } from '../workload.ts';

const bodyBytes = 2_000;

interface Ready {
  readonly rows: Rows;
  readonly linesPath: string;
  /** Sent first and not timed, by both sides: V8 has compiled what runs often by then. */
  readonly warmUp: Rows;
  readonly warmUpPath: string;
}

async function measureOurs(setup: Setup, ready: Ready): Promise<Sample> {
  const { rows, linesPath, warmUp, warmUpPath } = ready;
  const folder = await setup.folder();
  const ours = await startOurs(setup, { folder, name: 'bulk', settings: closesByOrder });
  try {
    await sendFile(ours, warmUpPath, warmUp.count);
    const before = ours.used();
    const seconds = await sendFile(ours, linesPath, rows.count);
    const after = ours.used();
    await ours.stop();
    checkStored(await ours.stored(), ready);
    const cpuMsPerRequest = (after.cpuMs - before.cpuMs) / rows.count;
    return { value: rows.count / seconds, memMb: after.memMb, cpuMsPerRequest };
  } finally {
    await ours.stop();
  }
}

async function measureFloor(setup: Setup, empty: string, ready: Ready): Promise<Sample> {
  const { rows, linesPath, warmUpPath } = ready;
  const folder = await copyTemplate(setup, empty);
  const place = await placeOf(setup, folder);
  const floor = startTask(floorOf(setup, 'bulk'), { ...place, linesPath, warmUpPath });
  const { cpuMs, seconds } = await floor.hear<{ cpuMs: number; seconds: number }>('result');
  await floor.stop();
  checkStored(await storedIn(setup, folder), ready);
  return { value: rows.count / seconds, cpuMsPerRequest: cpuMs / rows.count };
}

function checkStored(stored: Stored, { rows, warmUp }: Ready): void {
  const count = rows.count + warmUp.count;
  expectFigures('bulk', stored, {
    requests: count,
    customIds: count,
    bodies: count,
    bodyBytes: count * bodyBytes,
    counted: count,
  });
}

export const bulk: Workload = {
  name: 'bulk',
  work: '50,000 lines of 2 KB in one stream',
  floor: 'prepared inserts of the same rows, 200 in a transaction',
  unit: '/s',
  aims: [{ figure: 'ratio', atLeast: 0.7 }],
  stores: ['sqlite', 'postgres'],
  async prepare(setup) {
    const delivery = { type: 'none' };
    const rows: Rows = { count: setup.size(50_000, 1_000), bodyBytes, delivery };
    const warmUp: Rows = { count: setup.size(10_000, 200), bodyBytes, delivery };
    const empty = await makeOpenBatch(setup, null);
    const linesPath = await writeLines(setup, postLines(rows));
    const warmUpPath = await writeLines(setup, postLines(warmUp, 'warm-'));
    const ready: Ready = { rows, linesPath, warmUp, warmUpPath };
    return {
      ours: () => measureOurs(setup, ready),
      floor: () => measureFloor(setup, empty, ready),
    };
  },
};

async function writeLines(setup: Setup, lines: Iterable<Buffer>): Promise<string> {
  const path = join(await setup.folder(), 'lines.jsonl');
  await pipeline(Readable.from(lines), createWriteStream(path));
  // Read once, so that the first run does not pay for a cold file.
  await readFile(path);
  return path;
}
