/** 1,000,000 lines through bulk intake, good and bad, gzipped: bounded memory, every line accounted for. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { peakMemoryMb } from '../peak-memory.ts';
import { startChildService } from '../start-child-service.ts';
import { recordRun } from './record-run.ts';

const lines = 1_000_000;
/** Every hundredth line repeats the one before it, every thousandth is broken. */
const repeats = lines / 100;
const broken = lines / 1_000;
const accepted = lines - repeats - broken;

function* chunks(): Generator<string> {
  let chunk = '';
  for (let n = 1; n <= lines; n++) {
    if (n % 1_000 === 550) chunk += '{"custom_id": "broken\n';
    else chunk += line(n % 100 === 0 ? n - 1 : n);
    if (chunk.length < 100_000 && n < lines) continue;
    yield chunk;
    chunk = '';
  }
}

function line(n: number): string {
  return `{"custom_id":"million-${n}","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4.1-mini","messages":[{"role":"user","content":"${`Line ${n} of a million, and it says little. `.repeat(8)}"}]}}\n`;
}

interface Totals {
  readonly accepted: number;
  readonly refusals: readonly unknown[];
}

async function postBulk(service: string): Promise<Totals> {
  const post = request(`${service}/api/requests/bulk?delivery=none`, {
    method: 'POST',
    headers: { 'content-type': 'application/jsonl', 'content-encoding': 'gzip' },
  });
  const answered = once(post, 'response');
  await pipeline(Readable.from(chunks()), createGzip({ level: 1 }), post);
  const [response] = await answered;
  let text = '';
  for await (const part of response) text += part;
  expect(response.statusCode, text.slice(0, 500)).toBe(200);
  return JSON.parse(text) as Totals;
}

test('a million lines: under 300 MB, every line accounted for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'openai-batch-manager-million-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const service = await startChildService(folder, { BATCH_MAX_TOKENS: 1_000_000_000 });
  const startedAt = performance.now();
  const totals = await postBulk(service.url);
  const seconds = (performance.now() - startedAt) / 1_000;
  const peakMb = peakMemoryMb(service.pid);
  expect(totals).toMatchObject({ lines, accepted, same: repeats, refused: broken });
  expect(totals.refusals).toHaveLength(broken);
  const listed = await fetch(`${service.url}/api/batches?limit=1000`);
  const { data } = (await listed.json()) as { data: { request_count: number }[] };
  expect(data.reduce((sum, batch) => sum + batch.request_count, 0)).toBe(accepted);
  expect(peakMb).toBeLessThan(300);
  const perSecond = Math.round(lines / seconds).toLocaleString('en');
  recordRun(
    'bulk-million',
    `1,000,000 lines: ${accepted.toLocaleString('en')} stored, ${repeats.toLocaleString('en')} recognised, ${broken.toLocaleString('en')} refused; ${peakMb.toFixed(0)} MB at most, ${perSecond} lines a second`,
  );
});
