/** Floor of webhooks: undici's request() in a loop that records nothing. */
import { Agent, request } from 'undici';
import { cpuSince, readInput, tell } from '../task.ts';

const { url, count, inFlight, bytes } = readInput<{
  url: string;
  count: number;
  inFlight: number;
  bytes: number;
}>();
const dispatcher = new Agent({ connections: inFlight, pipelining: 1 });
const body = Buffer.alloc(bytes, 'x');
let next = 0;
async function send(): Promise<void> {
  while (next < count) {
    next += 1;
    const headers = { 'content-type': 'application/json', 'webhook-id': `floor-${next}` };
    const answer = await request(url, { method: 'POST', headers, body, dispatcher });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`the receiver answered ${answer.statusCode}`);
  }
}
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
await Promise.all(Array.from({ length: inFlight }, send));
tell({
  event: 'result',
  cpuMs: cpuSince(cpuBefore),
  seconds: (performance.now() - startedAt) / 1_000,
  startedAt: performance.timeOrigin + startedAt,
});
await dispatcher.close();
process.disconnect();
