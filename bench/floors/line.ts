/**
 * Floor of the whole line: a plain script with the official client. Builds the file in memory, uploads, creates, asks
 * every 100 ms, downloads, posts each result. Nothing is durable, nothing is retried.
 */

import { setTimeout as pause } from 'node:timers/promises';
import OpenAI, { toFile } from 'openai';
import { Agent, request } from 'undici';
import { customId, makeBody, oneKind } from '../load/make-request.ts';
import { cpuSince, readInput, tell } from '../task.ts';

interface Input {
  readonly provider: string;
  readonly receiver: string;
  readonly count: number;
  readonly bodyBytes: number;
  readonly inFlight: number;
}

const { provider, receiver, count, bodyBytes, inFlight } = readInput<Input>();
const [kind] = oneKind as [(typeof oneKind)[0]];
const accepted = Array.from({ length: count }, (_, n) => {
  const id = customId('line-', n + 1);
  return { id, body: makeBody(kind, id, bodyBytes) };
});
const openai = new OpenAI({ apiKey: 'sk-bench', baseURL: `${provider}/v1`, maxRetries: 0 });
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
const lines = accepted.map(
  ({ id, body }) => `{"custom_id":"${id}","method":"POST","url":"${kind.endpoint}","body":${body}}\n`,
);
const file = await openai.files.create({
  file: await toFile(Buffer.from(lines.join('')), 'in.jsonl'),
  purpose: 'batch',
});
let batch = await openai.batches.create({
  input_file_id: file.id,
  endpoint: '/v1/responses',
  completion_window: '24h',
});
while (batch.status !== 'completed') {
  await pause(100);
  batch = await openai.batches.retrieve(batch.id);
}
const content = await openai.files.content(batch.output_file_id ?? '');
const results = (await content.text()).split('\n').filter((line) => line !== '');
const dispatcher = new Agent({ connections: inFlight, pipelining: 1 });
let next = 0;
async function deliver(): Promise<void> {
  for (;;) {
    const line = results[next++];
    if (line === undefined) return;
    const { custom_id } = JSON.parse(line) as { custom_id: string };
    const headers = { 'content-type': 'application/json', 'webhook-id': custom_id };
    const answer = await request(receiver, { method: 'POST', headers, body: line, dispatcher });
    await answer.body.dump();
  }
}
await Promise.all(Array.from({ length: inFlight }, deliver));
tell({
  event: 'result',
  cpuMs: cpuSince(cpuBefore),
  seconds: (performance.now() - startedAt) / 1_000,
  results: results.length,
});
await dispatcher.close();
process.disconnect();
