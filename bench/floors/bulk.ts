/** Floor of bulk: prepared inserts of the same rows into the same tables, 200 in a transaction. */

import { DatabaseSync } from 'node:sqlite';
import { lineOverheadBytes } from '../../core/line-id.ts';
import { cpuSince, readInput, tell } from '../task.ts';
import { type Rows, readRows } from './read-rows.ts';

const { databasePath, linesPath, warmUpPath } = readInput<{
  databasePath: string;
  linesPath: string;
  warmUpPath: string;
}>();
const db = new DatabaseSync(databasePath, { enableForeignKeyConstraints: false });
db.exec(
  'pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -16384; pragma wal_autocheckpoint = 4000',
);
const warmUp = await readRows(warmUpPath);
const rows = await readRows(linesPath);
const [{ url, model }] = rows as [Rows[0]];
db.exec(`begin;
  insert into batch_keys (id, endpoint, model) values (1, '${url}', '${model}');
  insert into batches (id, endpoint, model, state, created_at, state_at) values (1, '${url}', '${model}', 'building', 1, 1);
  commit`);
const insertRequest =
  db.prepare(`insert into requests (id, batch_id, batch_key_id, custom_id, content_hash, state, delivery,
  line_bytes, embedding_inputs, estimated_tokens, created_at, updated_at) values (?, 1, 1, ?, ?, 'pending', ?, ?, 1, 500, ?, ?)`);
const insertBody = db.prepare('insert into request_bodies (request_id, body) values (?, ?)');
const overhead = lineOverheadBytes(url);
const now = Date.now();
function insert(all: Rows, firstId: number): void {
  for (let from = 0; from < all.length; from += 200) {
    db.exec('begin immediate');
    const slice = all.slice(from, from + 200);
    for (const [i, r] of slice.entries()) {
      insertRequest.run(firstId + from + i, r.id, r.hash, r.delivery, r.body.length + overhead, now, now);
    }
    for (const [i, r] of slice.entries()) insertBody.run(firstId + from + i, r.body);
    db.exec(`update batches set request_count = request_count + ${slice.length} where id = 1; commit`);
  }
}
insert(warmUp, 1);
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
insert(rows, warmUp.length + 1);
tell({
  event: 'result',
  cpuMs: cpuSince(cpuBefore),
  seconds: (performance.now() - startedAt) / 1_000,
  rows: rows.length,
});
db.close();
process.disconnect();
