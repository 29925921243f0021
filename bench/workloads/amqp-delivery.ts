import { createWriteStream } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { countDelivered } from '../databases.ts';
import { startOurs, timeOf } from '../service.ts';
import type { Setup } from '../setup.ts';
import { type Broker, openBroker } from '../stand-ins/broker.ts';
import { type StandIn, startStandIn } from '../stand-ins/provider.ts';
import { expectFigures } from '../stored.ts';
import { startTask } from '../task.ts';
import { closesByOrder, copyTemplate, makeSentBatch, type Rows, resultLines } from '../templates.ts';
import type { Sample, Workload } from '../workload.ts';

const lineBytes = 1_600;
const window = 200;

interface Ready {
  readonly template: string;
  readonly rows: Rows;
  /** The first of the rows, which are not timed, by both sides: V8 has compiled what runs often by then. */
  readonly warmUp: number;
  readonly standIn: StandIn;
  readonly broker: Broker;
  readonly queue: string;
}

/** A database in which every outcome is there and none has been handed over. */
async function makeDueOutcomes(setup: Setup, rows: Rows, standIn: StandIn): Promise<string> {
  const mute = await startMuteBroker();
  const settings = { ...closesByOrder, RABBITMQ_URL: mute.url };
  const template = await makeSentBatch(setup, rows, standIn, settings);
  const resultPath = join(await setup.folder(), 'results.jsonl');
  await pipeline(Readable.from(resultLines(rows.count, lineBytes)), createWriteStream(resultPath));
  standIn.complete(resultPath);
  const ours = await startOurs(
    { ...setup, profileFolder: null },
    { folder: template, name: 'template', provider: standIn.url, settings },
  );
  // Killed as the first deliveries begin, before any has failed.
  await ours.saw((line) => line['to'] === 'delivering');
  await ours.kill();
  await mute.close();
  return template;
}

/** Takes connections and says nothing. */
async function startMuteBroker(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((socket) => void socket.on('error', () => {}).resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `amqp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

async function measureOurs(setup: Setup, ready: Ready): Promise<Sample> {
  const { template, rows, warmUp, standIn, broker, queue } = ready;
  const folder = await copyTemplate(setup, template);
  const ours = await startOurs(setup, {
    folder,
    name: 'amqp-delivery',
    provider: standIn.url,
    settings: { ...closesByOrder, RABBITMQ_URL: broker.url },
  });
  try {
    const alreadyThere = await untilDelivered(setup, folder, warmUp);
    const from = Date.now();
    const before = ours.used();
    const lastAt = timeOf(await ours.saw(({ event }) => event === 'batch_done'));
    const after = ours.used();
    await ours.stop();
    const { states } = await ours.stored();
    const arrived = await broker.empty(queue);
    expectFigures(
      'amqp-delivery',
      { delivered: states['delivered'], arrived },
      { delivered: rows.count, arrived: rows.count },
    );
    const counted = rows.count - alreadyThere;
    return {
      value: (counted * 1_000) / (lastAt - from),
      memMb: after.memMb,
      cpuMsPerRequest: (after.cpuMs - before.cpuMs) / counted,
    };
  } finally {
    await ours.stop();
  }
}

/** Looks past the service, which shall not spend its time on being asked. @returns how many were delivered by then */
async function untilDelivered(setup: Setup, folder: string, count: number): Promise<number> {
  for (let looks = 0; looks < 10_000; looks++) {
    const delivered = await countDelivered(setup, folder);
    if (delivered >= count) return delivered;
    await pause(5);
  }
  throw new Error(`${count} outcomes were not delivered`);
}

async function measureFloor({ rows, warmUp, broker, queue }: Ready): Promise<Sample> {
  const count = rows.count - warmUp;
  const floor = startTask('floors/amqp-delivery.ts', {
    url: broker.url,
    queue,
    count,
    warmUp,
    window,
    bytes: lineBytes,
  });
  const { seconds, cpuMs } = await floor.hear<{ seconds: number; cpuMs: number }>('result');
  await floor.stop();
  expectFigures("amqp-delivery's floor", { arrived: await broker.empty(queue) }, { arrived: rows.count });
  return { value: count / seconds, cpuMsPerRequest: cpuMs / count };
}

export const amqpDelivery: Workload = {
  name: 'amqp-delivery',
  work: '50,000 outcomes into a queue: persistent, mandatory, confirmed, recorded',
  floor: 'the same publishes with a window of 200, recording nothing',
  unit: '/s',
  aims: [{ figure: 'ratio', atLeast: 0.6 }],
  stores: ['sqlite', 'postgres'],
  async prepare(setup) {
    const standIn = await startStandIn();
    const broker = await openBroker();
    const queue = await broker.makeQueue();
    const delivery = { type: 'rabbitmq', rabbitmq_queue: queue };
    const warmUp = setup.size(10_000, 200);
    const rows: Rows = { count: warmUp + setup.size(50_000, 1_000), bodyBytes: 1_000, delivery };
    const template = await makeDueOutcomes(setup, rows, standIn);
    const ready: Ready = { template, rows, warmUp, standIn, broker, queue };
    return {
      ours: () => measureOurs(setup, ready),
      floor: () => measureFloor(ready),
      close: async () => {
        await Promise.all([standIn.close(), broker.close()]);
      },
    };
  },
};
