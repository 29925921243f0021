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

async function measureOurs(setup: Setup, rows: Rows, linesPath: string): Promise<Sample> {
  const folder = await setup.folder();
  const ours = await startOurs(setup, { folder, name: 'bulk', settings: closesByOrder });
  try {
    const before = ours.used();
    const seconds = await sendFile(ours, linesPath, rows.count);
    const after = ours.used();
    await ours.stop();
    checkStored(await ours.stored(), rows);
    const cpuMsPerRequest = (after.cpuMs - before.cpuMs) / rows.count;
    return { value: rows.count / seconds, memMb: after.memMb, cpuMsPerRequest };
  } finally {
    await ours.stop();
  }
}

async function measureFloor(setup: Setup, empty: string, rows: Rows, linesPath: string): Promise<Sample> {
  const folder = await copyTemplate(setup, empty);
  const floor = startTask(floorOf(setup, 'bulk'), { ...(await placeOf(setup, folder)), linesPath });
  const { cpuMs, seconds } = await floor.hear<{ cpuMs: number; seconds: number }>('result');
  await floor.stop();
  checkStored(await storedIn(setup, folder), rows);
  return { value: rows.count / seconds, cpuMsPerRequest: cpuMs / rows.count };
}

function checkStored(stored: Stored, { count }: Rows): void {
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
    const rows: Rows = { count: setup.size(50_000, 1_000), bodyBytes, delivery: { type: 'none' } };
    const empty = await makeOpenBatch(setup, null);
    const linesPath = join(await setup.folder(), 'lines.jsonl');
    await pipeline(Readable.from(postLines(rows)), createWriteStream(linesPath));
    // Read once, so that the first run does not pay for a cold file.
    await readFile(linesPath);
    return {
      ours: () => measureOurs(setup, rows, linesPath),
      floor: () => measureFloor(setup, empty, rows, linesPath),
    };
  },
};
