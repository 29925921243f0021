/**
 * Requests as they stand after a month, by the million: nearly all delivered, a few failed, one large batch half way
 * through its deliveries, one open. Written with SQL that both databases read, indexes afterwards.
 */
import type { DatabaseSync } from 'node:sqlite';
import type pg from 'pg';

/** Rows of the large batch, and of each of the others. */
const large = 50_000;
const small = 2_500;

export interface Filled {
  readonly rows: number;
  readonly largeBatch: number;
  readonly openBatch: number;
  readonly oldestAt: number;
  /** Between two requests. */
  readonly stepMs: number;
  readonly now: number;
}

interface Words {
  /** An SQL text as bytes. */
  readonly bytes: (text: string) => string;
}

/** Where things are in what is filled. @param now when the newest request came */
export function describeFill(rows: number, now: number): Filled {
  const largeBatch = Math.ceil((rows - large) / small) + 1;
  const stepMs = Math.max(1, Math.floor((30 * 86_400_000) / rows));
  return { rows, largeBatch, openBatch: largeBatch + 1, oldestAt: now - rows * stepMs, stepMs, now };
}

const count = (name: string, last: number) =>
  `with recursive ${name} (i) as (select cast(1 as bigint) union all select i + 1 from ${name} where i < ${last})`;

function fewRows({ largeBatch, openBatch, oldestAt, stepMs, rows, now }: Filled): string[] {
  const batchAt = `${oldestAt} + i * ${small * stepMs}`;
  const hour = 3_600_000;
  const [firstHour, firstDay] = [hour, 24 * hour].map((ms) => Math.floor(oldestAt / ms) * ms);
  return [
    `insert into batch_keys (id, endpoint, model) values
      (1, '/v1/responses', 'gpt-4.1'), (2, '/v1/chat/completions', 'gpt-4.1-mini'),
      (3, '/v1/responses', 'gpt-4o'), (4, '/v1/embeddings', 'text-embedding-3-small')`,
    `insert into destinations (id, type, address, created_at) values (1, 'webhook', 'https://receiver.example', 1)`,
    `${count('n', largeBatch)}
     insert into batches (id, endpoint, model, state, request_count, sent_count, delivered_count, succeeded_count,
       openai_batch_id, openai_input_file_id, openai_output_file_id, created_at, state_at, closed_at, settled_at)
     select i, k.endpoint, k.model, case when i = ${largeBatch} then 'delivering' else 'done' end, ${small}, ${small},
       ${small}, ${small}, 'batch_' || i, 'file-in-' || i, 'file-out-' || i, ${batchAt}, ${batchAt}, ${batchAt}, ${batchAt}
     from n join batch_keys k on k.id = 1 + i % 4`,
    `insert into batches (id, endpoint, model, state, request_count, created_at, state_at, due_at) values
      (${openBatch}, '/v1/responses', 'gpt-4.1', 'building', 500, ${now}, ${now}, ${now + 24 * hour})`,
    `${count('n', largeBatch)}
     insert into transitions (batch_id, move, from_state, to_state, actor, at)
     select i, 'finish', 'delivering', 'done', 'deliver', ${batchAt} from n`,
    `${count('n', largeBatch)}
     insert into transitions (batch_id, move, from_state, to_state, actor, at)
     select i, 'open', null, 'building', 'intake', ${batchAt} - 1000 from n`,
    `${count('n', 720)}
     insert into hour_counts (hour, batch_key_id, slot, accepted, succeeded, delivered)
     select ${firstHour} + i * ${hour}, k.id, 0, ${rows} / 2880, ${rows} / 2880, ${rows} / 2880 from n, batch_keys k`,
    `${count('n', 30)}, tags (t) as (select 0 union all select t + 1 from tags where t < 100)
     insert into day_costs (tag, day, batch_key_id, answered, list_nano_usd, paid_nano_usd)
     select case when t = 0 then '' else 'tag-' || (t * 7) end, ${firstDay} + i * ${24 * hour}, k.id, 400, 2000000, 1000000
     from n, tags, batch_keys k`,
  ];
}

function manyRows({ rows, largeBatch, openBatch, oldestAt, stepMs }: Filled, { bytes }: Words): string[] {
  const at = `${oldestAt} + i * ${stepMs}`;
  const batch = `case when i > ${rows - 500} then ${openBatch} when i > ${rows - large} then ${largeBatch}
    else 1 + (i - 1) / ${small} end`;
  const open = `i > ${rows - 500}`;
  const due = `i > ${rows - large / 2}`;
  return [
    `${count('n', rows)}
     insert into requests (id, batch_id, batch_key_id, custom_id, content_hash, state, outcome, outcome_number,
       outcome_at, call_tries, delivery_tries, destination_id, delivery, tag, line_bytes, embedding_inputs,
       estimated_tokens, error_code, error_message, created_at, updated_at)
     select i, b, 1 + b % 4, 'custom-' || i, ${bytes("'hash'")},
       case when ${open} then 'pending' when ${due} then 'delivering' when i % 1000 = 0 then 'delivery_failed' else 'delivered' end,
       case when ${open} then null when i % 500 = 0 then 'failed' else 'succeeded' end, 1, ${at}, 1, 1, 1,
       '{"type":"webhook","webhook_url":"https://receiver.example/hook"}',
       case when i % 7 = 0 then 'tag-' || (i % 700) end, 500, 0, 100,
       case when i % 500 = 0 then 'server_error' end, case when i % 500 = 0 then 'it went wrong' end, ${at}, ${at}
     from (select i, ${batch} as b from n) as numbered`,
    `${count('n', rows)}
     insert into request_bodies (request_id, body)
     select i, ${bytes(`'{"model":"gpt-4.1","input":"question ' || i || '"}'`)} from n`,
    `${count('n', rows - 500)}
     insert into results (request_id, line, custom_id_start, custom_id_end, status_code)
     select i, ${bytes(`'{"id":"batch_req","custom_id":"r","response":{"status_code":200,"body":{"n":' || i || '}},"error":null}'`)},
       31, 34, 200 from n`,
    `${count('n', rows - 500)}
     insert into attempts (request_id, destination_id, outcome_number, attempt, outcome, status_code, duration_ms,
       delivery, at)
     select i, 1, 1, 1, 'delivered', 200, 20, '{"type":"webhook"}', ${at} from n`,
  ];
}

export function fillSqlite(db: DatabaseSync, filled: Filled): void {
  const indexes = db
    .prepare(
      `select name, sql from sqlite_schema
       where type = 'index' and tbl_name in ('requests', 'attempts') and sql is not null`,
    )
    .all() as { name: string; sql: string }[];
  const words = { bytes: (text: string) => `cast(${text} as blob)` };
  db.exec('pragma synchronous = off; pragma cache_size = -400000; begin');
  for (const { name } of indexes) db.exec(`drop index ${name}`);
  for (const sql of [...fewRows(filled), ...manyRows(filled, words)]) db.exec(sql);
  for (const { sql } of indexes) db.exec(sql);
  db.exec(`update id_counters set last_id = ${filled.rows} where name = 'requests'`);
  db.exec('commit; pragma wal_checkpoint(truncate)');
}

export async function fillPostgres(client: pg.Client, filled: Filled): Promise<void> {
  const { rows: indexes } = await client.query<{ name: string; sql: string }>(
    `select indexname as name, indexdef as sql from pg_indexes
     where tablename in ('requests', 'attempts') and indexname not like '%_pkey'`,
  );
  const words = { bytes: (text: string) => `convert_to(${text}, 'UTF8')` };
  await client.query(
    `set synchronous_commit = off; set maintenance_work_mem = '512MB'; set work_mem = '512MB'`,
  );
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  for (const sql of [...fewRows(filled), ...manyRows(filled, words)]) await client.query(sql);
  for (const { sql } of indexes) await client.query(sql);
  await client.query(`select setval('requests_id_seq', ${filled.rows})`);
  // As autovacuum leaves it.
  await client.query('vacuum analyze');
}
