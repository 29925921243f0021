import { setTimeout as pause } from 'node:timers/promises';
import { countStored } from '../databases.ts';
import { customId, type Kind, makePost, oneKind } from '../load/make-request.ts';
import { startOurs, timeOf } from '../service.ts';
import type { Setup } from '../setup.ts';
import { type Broker, openBroker } from '../stand-ins/broker.ts';
import { expectFigures } from '../stored.ts';
import { startTask } from '../task.ts';
import { closesByOrder } from '../templates.ts';
import type { Sample, Workload } from '../workload.ts';

const bodyBytes = 2_000;
/** The default of RABBITMQ_PREFETCH. */
const prefetch = 500;

interface Ready {
  readonly broker: Broker;
  readonly count: number;
}

/** A durable queue with so many persistent messages in it. */
async function fillQueue({ broker, count }: Ready): Promise<string> {
  const queue = await broker.makeQueue();
  const [kind] = oneKind as [Kind];
  const producer = await broker.connection.createConfirmChannel();
  for (let n = 1; n <= count; n++) {
    const post = makePost(kind, customId('amqp-', n), bodyBytes);
    producer.sendToQueue(queue, Buffer.from(post), { persistent: true, contentType: 'application/json' });
    if (n % 2_000 === 0) await producer.waitForConfirms();
  }
  await producer.waitForConfirms();
  await producer.close();
  return queue;
}

async function measureOurs(setup: Setup, ready: Ready): Promise<Sample> {
  const { broker, count } = ready;
  const queue = await fillQueue(ready);
  const folder = await setup.folder();
  const ours = await startOurs(setup, {
    folder,
    name: 'amqp-intake',
    settings: {
      ...closesByOrder,
      RABBITMQ_URL: broker.url,
      RABBITMQ_INPUT_QUEUE: queue,
      RABBITMQ_PREFETCH: prefetch,
    },
  });
  try {
    const before = ours.used();
    const from = timeOf(await ours.saw(({ event }) => event === 'input_open'));
    const lastAt = await untilStored(setup, folder, count);
    const after = ours.used();
    await ours.stop();
    expectFigures('amqp-intake', await ours.stored(), {
      requests: count,
      customIds: count,
      bodies: count,
      bodyBytes: count * bodyBytes,
      counted: count,
    });
    await expectEmpty(broker, queue);
    return {
      value: (count * 1_000) / (lastAt - from),
      memMb: after.memMb,
      cpuMsPerRequest: (after.cpuMs - before.cpuMs) / count,
    };
  } finally {
    await ours.stop();
  }
}

/** Looks past the service, which shall not spend its time on being asked. @returns when the last message was stored */
async function untilStored(setup: Setup, folder: string, count: number): Promise<number> {
  for (let looks = 0; looks < 10_000; looks++) {
    if ((await countStored(setup, folder)) >= count) return Date.now();
    await pause(20);
  }
  throw new Error(`${count} messages were not stored`);
}

async function expectEmpty(broker: Broker, queue: string): Promise<void> {
  const left = await broker.empty(queue);
  if (left > 0) throw new Error(`amqp-intake: ${left} messages are still in the queue`);
}

async function measureFloor(ready: Ready): Promise<Sample> {
  const queue = await fillQueue(ready);
  const { url } = ready.broker;
  const floor = startTask('floors/amqp-intake.ts', { url, queue, count: ready.count, prefetch });
  const { seconds, cpuMs } = await floor.hear<{ seconds: number; cpuMs: number }>('result');
  await floor.stop();
  await expectEmpty(ready.broker, queue);
  return { value: ready.count / seconds, cpuMsPerRequest: cpuMs / ready.count };
}

export const amqpIntake: Workload = {
  name: 'amqp-intake',
  work: '50,000 requests of 2 KB out of a queue, acknowledged after the commit',
  floor: 'a consumer that only acknowledges',
  unit: '/s',
  aims: [{ figure: 'ratio', atLeast: 0.4 }],
  stores: ['sqlite', 'postgres'],
  async prepare(setup) {
    const ready: Ready = { broker: await openBroker(), count: setup.size(50_000, 1_000) };
    return {
      ours: () => measureOurs(setup, ready),
      floor: () => measureFloor(ready),
      close: () => ready.broker.close(),
    };
  },
};
