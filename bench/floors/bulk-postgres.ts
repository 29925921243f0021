/** Floor of bulk on PostgreSQL: the same rows into the same tables, 200 in a transaction, one statement for each table. */
import pg from 'pg';
import { lineOverheadBytes } from '../../core/line-id.ts';
import { encodeArray } from '../../server/store/postgres/encode-array.ts';
import { cpuSince, readInput, tell } from '../task.ts';
import { type Rows, readRows } from './read-rows.ts';

const { databaseUrl, linesPath, warmUpPath } = readInput<{
  databaseUrl: string;
  linesPath: string;
  warmUpPath: string;
}>();
const client = new pg.Client({ connectionString: databaseUrl, pipeline: true });
await client.connect();
const warmUp = await readRows(warmUpPath);
const rows = await readRows(linesPath);
const [{ url, model }] = rows as [Rows[0]];
await client.query(`begin;
  insert into batch_keys (id, endpoint, model) values (1, '${url}', '${model}');
  insert into batches (id, endpoint, model, state, created_at, state_at) values (1, '${url}', '${model}', 'building', 1, 1);
  commit`);
const insertRequests = `insert into requests (id, batch_id, batch_key_id, custom_id, content_hash, state, delivery,
    line_bytes, embedding_inputs, estimated_tokens, created_at, updated_at)
  select id, 1, 1, custom_id, hash, 'pending', delivery, line_bytes, 1, 500, $6::bigint, $6::bigint
  from unnest($1::bigint[], $2::text[], $3::bytea[], $4::text[], $5::bigint[]) as r (id, custom_id, hash, delivery, line_bytes)`;
const insertBodies =
  'insert into request_bodies (request_id, body) select * from unnest($1::bigint[], $2::bytea[])';
const count = 'update batches set request_count = request_count + $1 where id = 1';
const overhead = lineOverheadBytes(url);
const now = Date.now();
async function insert(all: Rows, firstId: number): Promise<void> {
  for (let from = 0; from < all.length; from += 200) {
    const slice = all.slice(from, from + 200);
    const ids = encodeArray(
      'bigint',
      slice.map((_, i) => firstId + from + i),
    );
    const list = (type: string, read: (row: Rows[0]) => string | number | Buffer) =>
      encodeArray(type, slice.map(read));
    const lengths = list('bigint', (r) => r.body.length + overhead);
    const values = [
      ids,
      list('text', (r) => r.id),
      list('bytea', (r) => r.hash),
      list('text', (r) => r.delivery),
    ];
    await Promise.all([
      client.query('begin'),
      client.query({ name: 'requests', text: insertRequests, values: [...values, lengths, now] }),
      client.query({ name: 'bodies', text: insertBodies, values: [ids, list('bytea', (r) => r.body)] }),
      client.query({ name: 'count', text: count, values: [slice.length] }),
      client.query('commit'),
    ]);
  }
}
await insert(warmUp, 1);
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
await insert(rows, warmUp.length + 1);
tell({
  event: 'result',
  cpuMs: cpuSince(cpuBefore),
  seconds: (performance.now() - startedAt) / 1_000,
  rows: rows.length,
});
await client.end();
process.disconnect();
