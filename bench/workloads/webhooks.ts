import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Received } from '../load/load.ts';
import { startOurs } from '../service.ts';
import type { Setup } from '../setup.ts';
import { type StandIn, startStandIn } from '../stand-ins/provider.ts';
import { expectFigures } from '../stored.ts';
import { startTask, type Task } from '../task.ts';
import { closesByOrder, copyTemplate, makeSentBatch, type Rows, resultLines } from '../templates.ts';
import type { Sample, Workload } from '../workload.ts';

const lineBytes = 1_600;

/** A database in which every outcome is there and none has been handed over. */
async function makeDueOutcomes(setup: Setup, rows: Rows, standIn: StandIn, receiver: Task): Promise<string> {
  const template = await makeSentBatch(setup, rows, standIn);
  const resultPath = join(await setup.folder(), 'results.jsonl');
  await pipeline(Readable.from(resultLines(rows.count, lineBytes)), createWriteStream(resultPath));
  standIn.complete(resultPath);
  receiver.say('hold');
  const ours = await startOurs(
    { ...setup, profileFolder: null },
    { folder: template, name: 'template', provider: standIn.url, settings: closesByOrder },
  );
  // Killed as the first deliveries begin: a stop would wait for their answers.
  await ours.saw((line) => line['to'] === 'delivering');
  await ours.kill();
  receiver.say('forget');
  return template;
}

async function measureOurs(
  setup: Setup,
  { template, rows, standIn, receiver, inFlight }: Ready,
): Promise<Sample> {
  const folder = await copyTemplate(setup, template);
  receiver.say('forget');
  receiver.say(`await ${rows.count}`);
  const ours = await startOurs(setup, {
    folder,
    name: `webhooks-${inFlight}`,
    provider: standIn.url,
    settings: { ...closesByOrder, DELIVERY_CONCURRENCY: inFlight, DELIVERY_PER_DESTINATION: inFlight },
  });
  try {
    const before = ours.used();
    const from = Date.parse(String((await ours.saw(({ event }) => event === 'listening')).time));
    const { requests, lastAt } = await receiver.hear<Received>('complete');
    const after = ours.used();
    await ours.saw(({ event }) => event === 'batch_done');
    await ours.stop();
    const { states } = await ours.stored();
    expectFigures(
      'webhooks',
      { delivered: states['delivered'], requests },
      { delivered: rows.count, requests: rows.count },
    );
    return {
      value: (rows.count * 1_000) / (lastAt - from),
      memMb: after.memMb,
      cpuMsPerRequest: (after.cpuMs - before.cpuMs) / rows.count,
    };
  } finally {
    await ours.stop();
  }
}

async function measureFloor({ rows, receiver, url, inFlight }: Ready): Promise<Sample> {
  receiver.say('forget');
  receiver.say(`await ${rows.count}`);
  const floor = startTask('floors/webhooks.ts', { url, count: rows.count, inFlight, bytes: lineBytes });
  const { cpuMs, startedAt } = await floor.hear<{ cpuMs: number; startedAt: number }>('result');
  const { requests, lastAt } = await receiver.hear<Received>('complete');
  await floor.stop();
  expectFigures("webhooks' floor", { requests }, { requests: rows.count });
  return { value: (rows.count * 1_000) / (lastAt - startedAt), cpuMsPerRequest: cpuMs / rows.count };
}

interface Ready {
  readonly template: string;
  readonly rows: Rows;
  readonly standIn: StandIn;
  readonly receiver: Task;
  readonly url: string;
  readonly inFlight: number;
}

function webhooks(inFlight: number): Workload {
  return {
    name: `webhooks-${inFlight}`,
    work: `50,000 outcomes to a receiver that takes 1 ms, ${inFlight} in flight`,
    floor: "undici's request() in a loop that records nothing",
    unit: '/s',
    aims: [{ figure: 'ratio', atLeast: 0.6 }],
    stores: ['sqlite', 'postgres'],
    async prepare(setup) {
      const standIn = await startStandIn();
      const receiver = startTask('load/receive-webhooks.ts', { answerAfterMs: 1 });
      const { url } = await receiver.hear<{ url: string }>('listening');
      const delivery = { type: 'webhook', webhook_url: url };
      const rows: Rows = { count: setup.size(50_000, 1_000), bodyBytes: 1_000, delivery };
      const template = await makeDueOutcomes(setup, rows, standIn, receiver);
      const ready: Ready = { template, rows, standIn, receiver, url, inFlight };
      return {
        ours: () => measureOurs(setup, ready),
        floor: () => measureFloor(ready),
        close: async () => {
          await Promise.all([standIn.close(), receiver.stop()]);
        },
      };
    },
  };
}

export const webhooks50 = webhooks(50);
export const webhooks200 = webhooks(200);
