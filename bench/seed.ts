/** Databases with many requests, made by SQL in one go: what is stored before a run begins. */
import { hash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { placeOf } from './databases.ts';
import { askPostgres } from './postgres.ts';
import type { Setup } from './setup.ts';
import { makeOpenBatch } from './templates.ts';

/** Rows of one batch, at most. */
const mostBatchRows = 50_000;
/** Batches, at least: so many that a page of them is full, whatever is stored. */
const leastBatches = 100;
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
  const { databasePath, databaseUrl } = await placeOf(setup, folder);
  if (databaseUrl === null) fillSqlite(databasePath, count);
  else await fillPostgres(databaseUrl, count);
  return folder;
}

/** Indexes are made afterwards: sorted at once rather than grown row by row. */
function fillSqlite(databasePath: string, count: number): void {
  const db = new DatabaseSync(databasePath, { enableForeignKeyConstraints: false });
  db.exec(
    'pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -400000; pragma temp_store = memory',
  );
  db.function('md5', (text) => hash('md5', String(text)));
  const indexes = db
    .prepare(
      "select name, sql from sqlite_schema where type = 'index' and tbl_name = 'requests' and sql is not null",
    )
    .all() as { name: string; sql: string }[];
  db.exec('begin');
  for (const { name } of indexes) db.exec(`drop index ${name}`);
  db.exec(rowsSql(count, (text) => `cast(${text} as blob)`));
  db.exec(`update id_counters set last_id = ${count} where name = 'requests'`);
  for (const { sql } of indexes) db.exec(sql);
  db.exec('commit; pragma journal_mode = wal');
  db.close();
}

async function fillPostgres(url: string, count: number): Promise<void> {
  const indexes = await askPostgres<{ name: string; sql: string }>(
    url,
    "select indexname as name, indexdef as sql from pg_indexes where tablename = 'requests' and indexname <> 'requests_pkey'",
  );
  const counters = ['requests', 'batches', 'batch_keys', 'destinations'].map(
    (table) => `select setval('${table}_id_seq', (select max(id) from ${table}))`,
  );
  const statements = [
    "set maintenance_work_mem = '512MB'; set work_mem = '256MB'",
    ...indexes.map(({ name }) => `drop index ${name}`),
    rowsSql(count, (text) => `convert_to(${text}, 'UTF8')`),
    ...indexes.map(({ sql }) => sql),
    ...counters,
  ];
  await askPostgres(url, statements.join(';'));
  // As autovacuum leaves it.
  await askPostgres(url, 'vacuum analyze');
}

/**
 * In the words of both databases.
 *
 * @param bytes SQL for a text as bytes
 */
function rowsSql(count: number, bytes: (text: string) => string): string {
  const now = Date.now();
  const dueFrom = count - dueRows;
  const batchRows = Math.min(mostBatchRows, Math.ceil(count / leastBatches));
  const numbers = (name: string, last: number) =>
    `with recursive ${name}(i) as (select cast(1 as bigint) union all select i + 1 from ${name} where i < ${last})`;
  return `
    insert into batch_keys (id, endpoint, model) values (1, '/v1/responses', 'gpt-5-mini');
    insert into destinations (id, type, address, created_at, look_at)
      values (1, 'webhook', 'http://127.0.0.1:9', ${now}, ${now});
    ${numbers('b', Math.ceil(count / batchRows))}
    insert into batches (id, endpoint, model, state, request_count, sent_count, delivered_count, delivering_count,
        succeeded_count, created_at, state_at, closed_at, advanced_at)
      select i, '/v1/responses', 'gpt-5-mini', 'delivering', ${batchRows}, ${batchRows}, ${batchRows}, ${dueRows},
        ${batchRows}, ${now}, ${now}, ${now}, ${now} from b;
    ${numbers('n', count)}
    insert into requests (id, batch_id, batch_key_id, custom_id, content_hash, state, outcome, outcome_number, outcome_at,
        destination_id, delivery, tag, line_bytes, embedding_inputs, estimated_tokens, due_at, created_at, updated_at)
      select i, (i - 1) / ${batchRows} + 1, 1, md5('seed ' || i), ${bytes(`'${'h'.repeat(32)}'`)},
        case when i > ${dueFrom} then 'delivering' else 'delivered' end, 'succeeded', 1, ${now}, 1,
        '{"type":"webhook","webhook_url":"http://127.0.0.1:9/x"}',
        case when i % 100 = 0 then 'tag-' || (i % 7) end, ${bodyBytes}, 1, 100,
        case when i > ${dueFrom} then ${now} end, ${now} - (${count} - i), ${now} from n;
    ${numbers('n', count)}
    insert into request_bodies (request_id, body)
      select i, ${bytes(`'{"model":"gpt-5-mini","input":"${'x'.repeat(bodyBytes - 40)}"}'`)} from n;`;
}
