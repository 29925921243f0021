/** A database as it stands after twenty busy hours, whose every figure is known beforehand. */
import type { DatabaseSync } from 'node:sqlite';
import { connectWriter } from '../../server/store/sqlite/connect.ts';

const hourMs = 3_600_000;
const spanMs = 20 * hourMs;
/** Of these the newest is still open, the others have ended. */
export const batches = 100;
/** Every so manieth request failed at OpenAI, was not delivered, has a tag. */
const [failsEvery, lostEvery, taggedEvery] = [500, 1_000, 7];
/** Of each answer: gpt-4o-mini's batch prices are 75 and 300 nano-dollars a token. */
const [tokensIn, tokensOut] = [100, 50];
const paidNano = tokensIn * 75 + tokensOut * 300;

/** What the pages must say. */
export interface Known {
  readonly requests: number;
  readonly inBatch: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly delivered: number;
  readonly lost: number;
  readonly listNanoUsd: number;
  readonly paidNanoUsd: number;
}

/** @param requests a multiple of 100,000 */
export function fillConsole(path: string, requests: number, now: number): Known {
  const db = connectWriter(path);
  db.exec('pragma synchronous = off; pragma cache_size = -500000');
  const inBatch = requests / batches;
  const ended = requests - inBatch;
  const failed = ended / failsEvery;
  const lost = ended / lostEvery;
  db.exec('begin');
  fillBatches(db, inBatch, now);
  fillRequests(db, requests, inBatch, now);
  fillTexts(db);
  fillFigures(db);
  db.exec('commit; pragma wal_checkpoint(truncate); pragma optimize');
  db.close();
  const succeeded = ended - failed;
  return {
    requests,
    inBatch,
    succeeded,
    failed,
    delivered: ended - lost,
    lost,
    listNanoUsd: succeeded * paidNano * 2,
    paidNanoUsd: succeeded * paidNano,
  };
}

const moves = [
  ['open', null, 'building'],
  ['close', 'building', 'uploading'],
  ['upload', 'uploading', 'uploaded'],
  ['submit', 'uploaded', 'openai_processing'],
  ['complete', 'openai_processing', 'openai_completed'],
  ['download', 'openai_completed', 'downloading'],
  ['ready', 'downloading', 'ready_to_deliver'],
  ['deliver', 'ready_to_deliver', 'delivering'],
  ['finish', 'delivering', 'done'],
] as const;

/** One every twelve minutes; each was filled in these, and had its outcomes eight minutes later. */
function fillBatches(db: DatabaseSync, inBatch: number, now: number): void {
  const each = spanMs / batches;
  const [failed, lost] = [inBatch / failsEvery, inBatch / lostEvery];
  const good = inBatch - failed;
  db.exec(`
    insert into batch_keys (id, endpoint, model) values
      (1, '/v1/responses', 'gpt-4o-mini'), (2, '/v1/chat/completions', 'gpt-4o-mini'),
      (3, '/v1/responses', 'gpt-4.1'), (4, '/v1/chat/completions', 'gpt-4.1-mini');
    insert into destinations (id, type, address, created_at, success_count, failure_count, last_success_at)
      values (1, 'webhook', 'https://receiver.example/outcomes', ${now - spanMs},
        ${(batches - 1) * (inBatch - lost)}, ${(batches - 1) * lost}, ${now - 240_000});
    with recursive n (i) as (select 1 union all select i + 1 from n where i < ${batches - 1})
    insert into batches (id, endpoint, model, state, close_reason, request_count, sent_count, size_bytes,
      estimated_tokens, succeeded_count, failed_count, delivered_count, delivery_failed_count, output_lines,
      error_lines, missing_lines, input_tokens, output_tokens, list_nano_usd, paid_nano_usd, hand_over,
      openai_batch_id, created_at, closed_at, state_at, settled_at, ended_at)
    select i, k.endpoint, k.model, 'done', 'full', ${inBatch}, ${inBatch}, ${inBatch * 500}, ${inBatch * 100},
      ${good}, ${failed}, ${inBatch - lost}, ${lost}, ${good}, ${failed}, 0, ${good * tokensIn},
      ${good * tokensOut}, ${good * paidNano * 2}, ${good * paidNano}, 'partially_delivered', 'batch_' || i,
      c.at, c.at + ${each}, c.at + ${each} + 480000, c.at + ${each} + 480000, c.at + ${each} + 480000
    from n join batch_keys k on k.id = 1 + i % 4
    join (select i as batch, ${now - spanMs} + (i - 1) * ${each} as at from n) c on c.batch = i;
    insert into batches (id, endpoint, model, state, request_count, size_bytes, estimated_tokens, due_at, created_at, state_at)
    select ${batches}, endpoint, model, 'building', ${inBatch}, ${inBatch * 500}, ${inBatch * 100},
      ${now + 10 * hourMs}, ${now - each}, ${now - each} from batch_keys where id = 1 + ${batches} % 4;
  `);
  const tell = db.prepare(`
    insert into transitions (batch_id, move, from_state, to_state, actor, at)
    select id, ?, ?, ?, 'seed', case when ? < 2 then created_at + ? * ${each} else closed_at + ? * 60000 end
    from batches where id < ${batches} or ? = 0 order by id`);
  for (const [at, [move, from, to]] of moves.entries()) tell.run(move, from, to, at, at, at, at);
}

function fillRequests(db: DatabaseSync, requests: number, inBatch: number, now: number): void {
  const isOpen = `i > ${requests - inBatch}`;
  db.exec(`
    with recursive n (i) as (select 1 union all select i + 1 from n where i < ${requests})
    insert into requests (id, batch_id, batch_key_id, custom_id, content_hash, state, outcome, outcome_number,
      outcome_at, call_tries, delivery_tries, destination_id, delivery, tag, line_bytes, embedding_inputs,
      estimated_tokens, error_code, error_message, created_at, updated_at)
    select i, 1 + (i - 1) / ${inBatch}, 1 + (1 + (i - 1) / ${inBatch}) % 4, 'custom-' || i, x'00',
      case when ${isOpen} then 'pending' when i % ${lostEvery} = 0 then 'delivery_failed' else 'delivered' end,
      case when ${isOpen} then null when i % ${failsEvery} = 0 then 'failed' else 'succeeded' end,
      case when ${isOpen} then 0 else 1 end,
      case when ${isOpen} then null else ${now - spanMs} + i * ${spanMs} / ${requests} end,
      case when ${isOpen} then 0 else 1 end, case when ${isOpen} then 0 else 1 end, 1,
      '{"type":"webhook","webhook_url":"https://receiver.example/outcomes"}',
      case when i % ${taggedEvery} = 0 then 'tag-' || (i % 700) end, 500, 0, 100,
      case when not ${isOpen} and i % ${failsEvery} = 0 then 'invalid_request_error' end,
      case when not ${isOpen} and i % ${failsEvery} = 0 then 'The seed refused it.' end,
      ${now - spanMs} + (i - 1) * ${spanMs} / ${requests}, ${now - spanMs} + i * ${spanMs} / ${requests}
    from n;
    update id_counters set last_id = ${requests} where name = 'requests';
    insert into attempts (request_id, destination_id, outcome_number, attempt, outcome, status_code, duration_ms,
      delivery, at, custom_id)
    select id, 1, 1, 1, case when state = 'delivered' then 'success' else 'http_status_not_2xx' end,
      case when state = 'delivered' then 204 else 410 end, 20 + id % 50, delivery, outcome_at, custom_id
    from requests where outcome is not null order by id;
  `);
}

/** What was asked of the newest two batches, and what came back in the last of those that ended. */
function fillTexts(db: DatabaseSync): void {
  db.exec(`
    insert into request_bodies (request_id, body)
    select id, cast('{"model":"gpt-4o-mini","input":"Say hello to ' || custom_id || '."}' as blob)
    from requests where batch_id >= ${batches - 1} order by id;
    insert into results (request_id, line, custom_id_start, custom_id_end, status_code, input_tokens,
      cached_tokens, output_tokens, reasoning_tokens, list_nano_usd, paid_nano_usd)
    select id, cast('{"custom_id":"' || substr('000000000000' || id, -12)
        || '","response":{"status_code":200,"body":{"output":"Hello."}},"error":null}' as blob),
      13, 27, 200, ${tokensIn}, 0, ${tokensOut}, 0, ${paidNano * 2}, ${paidNano}
    from requests where batch_id = ${batches - 1} and outcome = 'succeeded' order by id;
  `);
}

/** As the line would have counted them. */
function fillFigures(db: DatabaseSync): void {
  const dayMs = 24 * hourMs;
  db.exec(`
    insert into hour_counts (hour, batch_key_id, slot, accepted)
    select created_at / ${hourMs} * ${hourMs}, batch_key_id, 0, count(*)
    from requests group by 1, 2;
    insert into hour_counts (hour, batch_key_id, slot, succeeded, failed, delivered, delivery_failed)
    select b.settled_at / ${hourMs} * ${hourMs}, k.id, 0, sum(succeeded_count), sum(failed_count),
      sum(delivered_count), sum(delivery_failed_count)
    from batches b join batch_keys k on k.endpoint = b.endpoint and k.model = b.model
    where b.settled_at is not null group by 1, 2
    on conflict do update set succeeded = excluded.succeeded, failed = excluded.failed,
      delivered = excluded.delivered, delivery_failed = excluded.delivery_failed;
    insert into day_costs (tag, day, batch_key_id, answered, input_tokens, output_tokens, list_nano_usd, paid_nano_usd)
    select coalesce(r.tag, ''), b.settled_at / ${dayMs} * ${dayMs}, r.batch_key_id, count(*),
      count(*) * ${tokensIn}, count(*) * ${tokensOut}, count(*) * ${paidNano * 2}, count(*) * ${paidNano}
    from requests r join batches b on b.id = r.batch_id where r.outcome = 'succeeded' group by 1, 2, 3;
  `);
}
