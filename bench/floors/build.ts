/** Floor of build: iterate, concatenate, write to the same sink. */
import { request } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { lineHead, lineTail } from '../../core/line-id.ts';
import { cpuSince, readInput, tell } from '../task.ts';

const { databasePath, url } = readInput<{ databasePath: string; url: string }>();
const db = new DatabaseSync(databasePath, { readOnly: true });
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
const batch = db.prepare('select id, endpoint, size_bytes from batches').get() as {
  id: number;
  endpoint: string;
  size_bytes: number;
};
const upload = request(`${url}/v1/files`, {
  method: 'POST',
  headers: { 'content-length': batch.size_bytes },
});
const ended = new Promise((resolve, reject) => {
  upload.once('error', reject);
  upload.once('response', (response) => response.resume().once('end', resolve));
});
const rows = db
  .prepare(
    'select r.id, b.body from requests r join request_bodies b on b.request_id = r.id where r.batch_id = ? order by r.id',
  )
  .iterate(batch.id) as Iterable<{ id: number; body: Uint8Array }>;
const tail = Buffer.from(lineTail);
let parts: Uint8Array[] = [];
let bytes = 0;
for (const { id, body } of rows) {
  const head = Buffer.from(lineHead(id, batch.endpoint));
  parts.push(head, body, tail);
  bytes += head.length + body.length + tail.length;
  if (bytes < 1_000_000) continue;
  if (!upload.write(Buffer.concat(parts))) await new Promise((resolve) => upload.once('drain', resolve));
  parts = [];
  bytes = 0;
}
upload.end(Buffer.concat(parts));
await ended;
const { maxRSS } = process.resourceUsage();
tell({
  event: 'result',
  cpuMs: cpuSince(cpuBefore),
  seconds: (performance.now() - startedAt) / 1_000,
  memMb: maxRSS / 1_024,
});
process.disconnect();
