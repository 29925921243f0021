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
  { template, rows, counted, warmUp, standIn, receiver, inFlight }: Ready,
): Promise<Sample> {
  const folder = await copyTemplate(setup, template);
  receiver.say('forget');
  receiver.say(`await ${counted} after ${warmUp}`);
  const ours = await startOurs(setup, {
    folder,
    name: `webhooks-${inFlight}`,
    provider: standIn.url,
    settings: { ...closesByOrder, DELIVERY_CONCURRENCY: inFlight, DELIVERY_PER_DESTINATION: inFlight },
  });
  try {
    const { lastAt: from } = await receiver.hear<Received>('warm');
    const before = ours.used();
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
      value: (counted * 1_000) / (lastAt - from),
      memMb: after.memMb,
      cpuMsPerRequest: (after.cpuMs - before.cpuMs) / counted,
    };
  } finally {
    await ours.stop();
  }
}

async function measureFloor({ counted, warmUp, receiver, url, inFlight }: Ready): Promise<Sample> {
  receiver.say('forget');
  receiver.say(`await ${counted} after ${warmUp}`);
  const floor = startTask('floors/webhooks.ts', { url, count: counted, warmUp, inFlight, bytes: lineBytes });
  const { lastAt: from } = await receiver.hear<Received>('warm');
  const { cpuMs } = await floor.hear<{ cpuMs: number }>('result');
  const { requests, lastAt } = await receiver.hear<Received>('complete');
  await floor.stop();
  expectFigures("webhooks' floor", { requests }, { requests: counted + warmUp });
  return { value: (counted * 1_000) / (lastAt - from), cpuMsPerRequest: cpuMs / counted };
}

interface Ready {
  readonly template: string;
  readonly rows: Rows;
  readonly counted: number;
  /** The first of the rows, which are not timed, by both sides: V8 has compiled what runs often by then. */
  readonly warmUp: number;
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
      const counted = setup.size(50_000, 1_000);
      const warmUp = setup.size(10_000, 200);
      const rows: Rows = { count: counted + warmUp, bodyBytes: 1_000, delivery };
      const template = await makeDueOutcomes(setup, rows, standIn, receiver);
      const ready: Ready = { template, rows, counted, warmUp, standIn, receiver, url, inFlight };
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
