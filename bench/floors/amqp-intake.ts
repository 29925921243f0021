/** Floor of amqp-intake: a consumer that only acknowledges. */
import { connect } from 'amqplib';
import { cpuSince, readInput, tell } from '../task.ts';

const { url, queue, count, prefetch } = readInput<{
  url: string;
  queue: string;
  count: number;
  prefetch: number;
}>();
const connection = await connect(url, { noDelay: true });
const channel = await connection.createChannel();
await channel.prefetch(prefetch);
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
let taken = 0;
const all = Promise.withResolvers<void>();
await channel.consume(queue, (message) => {
  if (!message) throw new Error('the queue is gone');
  channel.ack(message);
  taken += 1;
  if (taken === count) all.resolve();
});
await all.promise;
const seconds = (performance.now() - startedAt) / 1_000;
const cpuMs = cpuSince(cpuBefore);
// The channel first: closing the connection may overtake what was acknowledged on it.
await channel.close();
await connection.close();
tell({ event: 'result', seconds, cpuMs });
process.disconnect();
