import { lineOverheadBytes } from '../../core/line-id.ts';
import { floorOf, placeOf } from '../databases.ts';
import { startOurs } from '../service.ts';
import type { Setup } from '../setup.ts';
import { type StandIn, startStandIn } from '../stand-ins/provider.ts';
import { startTask } from '../task.ts';
import { closesByOrder, copyTemplate, makeOpenBatch, type Rows } from '../templates.ts';
import type { Sample, Workload } from '../workload.ts';

const bodyBytes = 4_000;

async function measureOurs(setup: Setup, template: string, rows: Rows, sink: StandIn): Promise<Sample> {
  const folder = await copyTemplate(setup, template);
  const ours = await startOurs(setup, { folder, name: 'build', provider: sink.url, settings: closesByOrder });
  try {
    const before = ours.used();
    const upload = sink.nextUpload();
    const orderedAt = Date.now();
    await ours.call('POST', '/api/batches/1/upload');
    const { bytes, lines, endedAt } = await upload;
    const after = ours.used();
    // What frames the file in the form has a few lines of its own.
    if (lines < rows.count || lines > rows.count + 30 || bytes < fileBytes(rows)) {
      throw new Error(`build: the sink got ${lines} lines and ${bytes} bytes of ${rows.count} rows`);
    }
    const cpuMsPerRequest = (after.cpuMs - before.cpuMs) / rows.count;
    return { value: (endedAt - orderedAt) / 1_000, memMb: after.memMb, cpuMsPerRequest };
  } finally {
    await ours.stop();
  }
}

async function measureFloor(setup: Setup, template: string, rows: Rows, sink: StandIn): Promise<Sample> {
  const upload = sink.nextUpload();
  const floor = startTask(floorOf(setup, 'build'), { ...(await placeOf(setup, template)), url: sink.url });
  const { cpuMs, seconds, memMb } = await floor.hear<{ cpuMs: number; seconds: number; memMb: number }>(
    'result',
  );
  const { bytes, lines } = await upload;
  await floor.stop();
  if (lines !== rows.count || bytes !== fileBytes(rows)) {
    throw new Error(`build's floor: the sink got ${lines} lines and ${bytes} bytes`);
  }
  return { value: seconds, memMb, cpuMsPerRequest: cpuMs / rows.count };
}

function fileBytes({ count }: Rows): number {
  return count * (bodyBytes + lineOverheadBytes('/v1/responses'));
}

export const build: Workload = {
  name: 'build',
  work: '50,000 rows of 4,000 bytes from the database to an HTTP sink',
  floor: 'iterate, concatenate, write to the same sink',
  unit: 's',
  aims: [
    { figure: 'ratio', atMost: 1.15 },
    { figure: 'memMb', atMost: 250 },
  ],
  stores: ['sqlite', 'postgres'],
  async prepare(setup) {
    const rows: Rows = { count: setup.size(50_000, 1_000), bodyBytes, delivery: { type: 'none' } };
    const template = await makeOpenBatch(setup, rows);
    const sink = await startStandIn();
    return {
      ours: () => measureOurs(setup, template, rows, sink),
      floor: () => measureFloor(setup, template, rows, sink),
      close: () => sink.close(),
    };
  },
};
