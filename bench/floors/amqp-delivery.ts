/** Floor of amqp-delivery: persistent, mandatory, confirmed, 200 at a time, in a loop that records nothing. */
import { connect } from 'amqplib';
import { cpuSince, readInput, tell } from '../task.ts';

const { url, queue, count, warmUp, window, bytes } = readInput<{
  url: string;
  queue: string;
  count: number;
  warmUp: number;
  window: number;
  bytes: number;
}>();
const connection = await connect(url, { noDelay: true });
const channel = await connection.createConfirmChannel();
const body = Buffer.alloc(bytes, 'x');
let next = 0;
async function send(until: number): Promise<void> {
  while (next < until) {
    next += 1;
    const messageId = `floor-${next}`;
    await new Promise<void>((resolve, reject) => {
      const options = { messageId, mandatory: true, persistent: true, contentType: 'application/json' };
      channel.publish('', queue, body, options, (error) => (error ? reject(error) : resolve()));
    });
  }
}
const sendAll = (until: number) => Promise.all(Array.from({ length: window }, () => send(until)));
await sendAll(warmUp);
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
await sendAll(warmUp + count);
const seconds = (performance.now() - startedAt) / 1_000;
const cpuMs = cpuSince(cpuBefore);
// The channel first: closing the connection may overtake what was acknowledged on it.
await channel.close();
await connection.close();
tell({ event: 'result', seconds, cpuMs });
process.disconnect();
