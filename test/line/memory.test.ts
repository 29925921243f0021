/**
 * 50,000 requests of 4,000 bytes through the whole line: the service stays under 300 MB. What runs is what is installed;
 * from its sources Node strips the types itself, which takes 20 MB of its own.
 */
import { once } from 'node:events';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { peakMemoryMb } from '../peak-memory.ts';
import { compileService } from './compile-service.ts';
import { CrashLine } from './crash-line.ts';

const requests = 50_000;
const bodyBytes = 4_000;

function* lines(receiver: string): Generator<string> {
  const head = '{"model":"gpt-4.1-mini","messages":[{"role":"user","content":"';
  const tail = '"}]}';
  for (let n = 1; n <= requests; n++) {
    const body =
      head + `${n} `.padEnd(bodyBytes - head.length - tail.length, 'round and round the batches go ') + tail;
    yield `{"custom_id":"m-${n}","method":"POST","url":"/v1/chat/completions","delivery_config":{"type":"webhook","webhook_url":"${receiver}/outcomes"},"body":${body}}\n`;
  }
}

async function postBulk(service: string, all: Iterable<string>): Promise<{ accepted: number }> {
  const post = request(`${service}/api/requests/bulk`, {
    method: 'POST',
    headers: { 'content-type': 'application/jsonl' },
  });
  const answered = once(post, 'response');
  let chunk = '';
  for (const line of all) {
    chunk += line;
    if (chunk.length < 200_000) continue;
    if (!post.write(chunk)) await once(post, 'drain');
    chunk = '';
  }
  post.end(chunk);
  const [response] = await answered;
  let text = '';
  for await (const part of response) text += part;
  return JSON.parse(text);
}

test(`${requests} requests of ${bodyBytes} bytes stay under 300 MB`, { timeout: 240_000 }, async () => {
  const line = await CrashLine.set(
    { BATCH_MAX_REQUESTS: 50_000, BATCH_MAX_TOKENS: 1_000_000_000 },
    { judged: false },
  );
  try {
    const service = await line.start({}, { entry: await compileService() });
    expect(await postBulk(service.url, lines(line.receiver.url))).toMatchObject({ accepted: requests });
    const { counts, seen } = await line.settle(requests, 180_000);
    expect(counts).toMatchObject({ delivered: requests, duplicates: 0, wrong: 0 });
    expect(seen).toMatchObject({ lines: requests, duplicates: 0 });
    const peakMb = peakMemoryMb(service.pid);
    console.log(`peak memory of the service: ${peakMb.toFixed(0)} MB`);
    expect(peakMb).toBeLessThan(300);
  } finally {
    await line.close();
  }
});
