/** Floor of amqp-delivery: persistent, mandatory, confirmed, 200 at a time, in a loop that records nothing. */
import { connect } from 'amqplib';
import { cpuSince, readInput, tell } from '../task.ts';

const { url, queue, count, window, bytes } = readInput<{
  url: string;
  queue: string;
  count: number;
  window: number;
  bytes: number;
}>();
const connection = await connect(url, { noDelay: true });
const channel = await connection.createConfirmChannel();
const body = Buffer.alloc(bytes, 'x');
let next = 0;
async function send(): Promise<void> {
  while (next < count) {
    next += 1;
    const messageId = `floor-${next}`;
    await new Promise<void>((resolve, reject) => {
      const options = { messageId, mandatory: true, persistent: true, contentType: 'application/json' };
      channel.publish('', queue, body, options, (error) => (error ? reject(error) : resolve()));
    });
  }
}
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
await Promise.all(Array.from({ length: window }, send));
const seconds = (performance.now() - startedAt) / 1_000;
const cpuMs = cpuSince(cpuBefore);
// The channel first: closing the connection may overtake what was acknowledged on it.
await channel.close();
await connection.close();
tell({ event: 'result', seconds, cpuMs });
process.disconnect();
