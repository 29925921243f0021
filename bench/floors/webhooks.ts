/** Floor of webhooks: undici's request() in a loop that records nothing. */
import { Agent, request } from 'undici';
import { cpuSince, readInput, tell } from '../task.ts';

const { url, count, warmUp, inFlight, bytes } = readInput<{
  url: string;
  count: number;
  warmUp: number;
  inFlight: number;
  bytes: number;
}>();
const dispatcher = new Agent({ connections: inFlight, pipelining: 1 });
const body = Buffer.alloc(bytes, 'x');
let next = 0;
async function send(until: number): Promise<void> {
  while (next < until) {
    next += 1;
    const headers = { 'content-type': 'application/json', 'webhook-id': `floor-${next}` };
    const answer = await request(url, { method: 'POST', headers, body, dispatcher });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`the receiver answered ${answer.statusCode}`);
  }
}
const sendAll = (until: number) => Promise.all(Array.from({ length: inFlight }, () => send(until)));
await sendAll(warmUp);
const cpuBefore = process.cpuUsage();
await sendAll(warmUp + count);
tell({ event: 'result', cpuMs: cpuSince(cpuBefore) });
await dispatcher.close();
process.disconnect();
