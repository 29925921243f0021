/** Floor of build on PostgreSQL: a cursor, concatenate, write to the same sink. */
import { request } from 'node:http';
import pg from 'pg';
import { lineHead, lineTail } from '../../core/line-id.ts';
import { cpuSince, readInput, tell } from '../task.ts';

const { databaseUrl, url } = readInput<{ databaseUrl: string; url: string }>();
const client = new pg.Client({ connectionString: databaseUrl });
await client.connect();
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
const { rows: batches } = await client.query('select id, endpoint, size_bytes from batches');
const [batch] = batches as [{ id: string; endpoint: string; size_bytes: string }];
const upload = request(`${url}/v1/files`, {
  method: 'POST',
  headers: { 'content-length': batch.size_bytes },
});
const ended = new Promise((resolve, reject) => {
  upload.once('error', reject);
  upload.once('response', (response) => response.resume().once('end', resolve));
});
await client.query(`begin; declare lines no scroll cursor for
  select r.id, b.body from requests r join request_bodies b on b.request_id = r.id
  where r.batch_id = ${batch.id} order by r.id`);
const bigint = 20;
const types = {
  getTypeParser: (oid: number) => (bytes: Buffer) =>
    oid === bigint ? Number(bytes.readBigInt64BE()) : bytes,
} as unknown as pg.CustomTypesConfig;
const fetchPage = { name: 'fetch', text: 'fetch 250 from lines', binary: true, types } as pg.QueryConfig;
const tail = Buffer.from(lineTail);
for (;;) {
  const { rows } = await client.query<{ id: number; body: Buffer }>(fetchPage);
  if (rows.length === 0) break;
  const parts = rows.flatMap(({ id, body }) => [Buffer.from(lineHead(id, batch.endpoint)), body, tail]);
  if (!upload.write(Buffer.concat(parts))) await new Promise((resolve) => upload.once('drain', resolve));
}
upload.end();
await ended;
const { maxRSS } = process.resourceUsage();
tell({
  event: 'result',
  cpuMs: cpuSince(cpuBefore),
  seconds: (performance.now() - startedAt) / 1_000,
  memMb: maxRSS / 1_024,
});
await client.end();
process.disconnect();
