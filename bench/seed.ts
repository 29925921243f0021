/** Databases with many requests, made by SQL in one go: what is stored before a run begins. */
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Setup } from './setup.ts';
import { makeOpenBatch } from './templates.ts';

/** Rows of one batch. */
const batchRows = 50_000;
const bodyBytes = 300;
/** Of the newest batch: outcomes that wait to be claimed. */
export const dueRows = 5_000;

const made = new Map<number, Promise<string>>();

/** A folder whose database holds this many requests, all but `dueRows` of them delivered; made once, kept to the end. */
export function seedRequests(setup: Setup, count: number): Promise<string> {
  const folder = made.get(count) ?? makeSeed(setup, count);
  made.set(count, folder);
  return folder;
}

/** The custom_id of the nth request: random, as UUIDs are. */
export function seededId(n: number): string {
  return hash('md5', `seed ${n}`);
}

async function makeSeed(setup: Setup, count: number): Promise<string> {
  const folder = await makeOpenBatch({ ...setup, folder: setup.lasting }, null);
  const db = new DatabaseSync(join(folder, 'service.db'), { enableForeignKeyConstraints: false });
  db.exec(
    'pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -400000; pragma temp_store = memory',
  );
  db.function('seeded_id', (n) => seededId(Number(n)));
  // Indexes are made afterwards: sorted at once rather than grown row by row.
  const indexes = db
    .prepare(
      "select name, sql from sqlite_schema where type = 'index' and tbl_name = 'requests' and sql is not null",
    )
    .all() as { name: string; sql: string }[];
  db.exec('begin');
  for (const { name } of indexes) db.exec(`drop index ${name}`);
  insertRows(db, count);
  for (const { sql } of indexes) db.exec(sql);
  db.exec('commit; pragma journal_mode = wal');
  db.close();
  return folder;
}

function insertRows(db: DatabaseSync, count: number): void {
  const now = Date.now();
  const dueFrom = count - dueRows;
  const numbers = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})`;
  db.exec(`
    insert into batch_keys (id, endpoint, model) values (1, '/v1/responses', 'gpt-5-mini');
    insert into destinations (id, type, address, created_at, look_at)
      values (1, 'webhook', 'http://127.0.0.1:9', ${now}, ${now});
    insert into batches (id, endpoint, model, state, request_count, sent_count, delivered_count, delivering_count,
        succeeded_count, created_at, state_at, closed_at, advanced_at)
      with recursive b(i) as (select 1 union all select i + 1 from b where i < ${Math.ceil(count / batchRows)})
      select i, '/v1/responses', 'gpt-5-mini', 'delivering', ${batchRows}, ${batchRows}, ${batchRows}, ${dueRows},
        ${batchRows}, ${now}, ${now}, ${now}, ${now} from b;
    insert into requests (id, batch_id, batch_key_id, custom_id, content_hash, state, outcome, outcome_number, outcome_at,
        destination_id, delivery, tag, line_bytes, embedding_inputs, estimated_tokens, due_at, created_at, updated_at)
      ${numbers} select i, (i - 1) / ${batchRows} + 1, 1, seeded_id(i), zeroblob(32),
        iif(i > ${dueFrom}, 'delivering', 'delivered'), 'succeeded', 1, ${now}, 1,
        '{"type":"webhook","webhook_url":"http://127.0.0.1:9/x"}', iif(i % 100 = 0, 'tag-' || (i % 7), null), ${bodyBytes},
        1, 100, iif(i > ${dueFrom}, ${now}, null), ${now} - (${count} - i), ${now} from n;
    insert into request_bodies (request_id, body) ${numbers}
      select i, cast('{"model":"gpt-5-mini","input":"${'x'.repeat(bodyBytes - 40)}"}' as blob) from n;
    update id_counters set last_id = ${count} where name = 'requests';`);
}
