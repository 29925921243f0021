/** A month of batches that have ended, with the figures that the line would have kept of them, so that pictures have a past. */
import { DatabaseSync } from 'node:sqlite';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** How busy each hour of a day is: a night and a working day. */
const shape = [3, 2, 2, 1, 1, 1, 2, 4, 7, 9, 10, 9, 8, 9, 10, 8, 6, 5, 4, 4, 3, 3, 2, 2];
/** List prices in nano-dollars a token; a batch costs half. */
const kinds = [
  { endpoint: '/v1/responses', model: 'gpt-4o-mini', tag: 'finance', priceIn: 150, priceOut: 600 },
  { endpoint: '/v1/responses', model: 'gpt-5-mini', tag: 'support', priceIn: 250, priceOut: 2_000 },
  { endpoint: '/v1/responses', model: 'gpt-4.1', tag: 'research', priceIn: 2_000, priceOut: 8_000 },
] as const;

/** A batch every half hour, the newest 35 minutes old. */
function ages(): number[] {
  const found: number[] = [];
  for (let age = 29.5 * day; age > 34 * minute; age -= hour / 2) found.push(age);
  return found;
}

/** Into a database to which no request has come yet. @returns the id of the newest batch that is past */
export function giveAPast(databasePath: string, now: number): number {
  const db = new DatabaseSync(databasePath, { timeout: 5_000 });
  try {
    db.exec('begin immediate');
    const addKey = db.prepare('insert or ignore into batch_keys (endpoint, model) values (?, ?)');
    for (const { endpoint, model } of kinds) addKey.run(endpoint, model);
    const ids = ages().map((age, index) => addBatch(db, index, now - age, now));
    db.exec('commit');
    return ids.at(-1) ?? 0;
  } finally {
    db.close();
  }
}

function addBatch(db: DatabaseSync, index: number, createdAt: number, now: number): number {
  const kind = kinds[index % kinds.length] ?? kinds[0];
  const weekend = [0, 6].includes(new Date(createdAt).getUTCDay()) ? 0.4 : 1;
  const busy = Math.ceil((shape[Math.floor(createdAt / hour) % 24] ?? 1) * weekend);
  const count = busy * (190 + ((index * 53) % 90) + ((Math.floor(createdAt / day) * 31) % 70));
  const failed = Math.round(count * 0.02);
  const lost = index % 9 === 4 ? Math.round(count * 0.03) : 0;
  const [tokensIn, tokensOut] = [(count - failed) * 412, (count - failed) * 176];
  const listNanoUsd = tokensIn * kind.priceIn + tokensOut * kind.priceOut;
  const closedAt = createdAt + 20 * minute;
  const took = (50 + ((index * 37) % 110) + busy * 6) * minute;
  const settledAt = Math.min(createdAt + took, now - 5 * minute);
  const { lastInsertRowid: id } = db
    .prepare(
      `insert into batches (endpoint, model, state, close_reason, request_count, sent_count, size_bytes,
         estimated_tokens, succeeded_count, failed_count, delivered_count, delivery_failed_count, output_lines,
         error_lines, missing_lines, input_tokens, output_tokens, list_nano_usd, paid_nano_usd, hand_over,
         created_at, closed_at, state_at, settled_at, ended_at)
       values (?, ?, 'done', 'full', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      ...[kind.endpoint, kind.model, count, count, count * 1_640, Math.round(tokensIn * 1.04)],
      ...[count - failed, failed, count - lost, lost, count - failed, failed],
      ...[tokensIn, tokensOut, listNanoUsd, listNanoUsd / 2],
      ...[
        lost > 0 ? 'partially_delivered' : 'delivered',
        createdAt,
        closedAt,
        settledAt,
        settledAt,
        settledAt,
      ],
    );
  addMoves(db, Number(id), createdAt, closedAt, settledAt);
  countHour(db, kind, createdAt, [count, 0, 0, 0, 0]);
  countHour(db, kind, settledAt, [0, count - failed, failed, count - lost, lost]);
  db.prepare(
    `insert into day_costs (tag, day, batch_key_id, answered, input_tokens, output_tokens, list_nano_usd, paid_nano_usd)
     select ?, ?, id, ?, ?, ?, ?, ? from batch_keys where endpoint = ? and model = ?
     on conflict do update set answered = day_costs.answered + excluded.answered,
       input_tokens = day_costs.input_tokens + excluded.input_tokens,
       output_tokens = day_costs.output_tokens + excluded.output_tokens,
       list_nano_usd = day_costs.list_nano_usd + excluded.list_nano_usd,
       paid_nano_usd = day_costs.paid_nano_usd + excluded.paid_nano_usd`,
  ).run(
    ...[
      kind.tag,
      Math.floor(settledAt / day) * day,
      count,
      tokensIn,
      tokensOut,
      listNanoUsd,
      listNanoUsd / 2,
    ],
    ...[kind.endpoint, kind.model],
  );
  return Number(id);
}

function addMoves(
  db: DatabaseSync,
  id: number,
  createdAt: number,
  closedAt: number,
  settledAt: number,
): void {
  const add = db.prepare(
    'insert into transitions (batch_id, move, from_state, to_state, actor, at) values (?, ?, ?, ?, ?, ?)',
  );
  const submittedAt = closedAt + 4 * minute;
  add.run(id, 'open', null, 'building', 'intake', createdAt);
  add.run(id, 'close', 'building', 'uploading', 'age', closedAt);
  add.run(id, 'upload', 'uploading', 'uploaded', 'upload', closedAt + 2 * minute);
  add.run(id, 'submit', 'uploaded', 'openai_processing', 'submit', submittedAt);
  add.run(id, 'complete', 'openai_processing', 'openai_completed', 'poll', settledAt - 3 * minute);
  add.run(id, 'download', 'openai_completed', 'downloading', 'download', settledAt - 3 * minute);
  add.run(id, 'ready', 'downloading', 'ready_to_deliver', 'download', settledAt - 2 * minute);
  add.run(id, 'deliver', 'ready_to_deliver', 'delivering', 'deliver', settledAt - 2 * minute);
  add.run(id, 'finish', 'delivering', 'done', 'deliver', settledAt);
}

type Counts = readonly [accepted: number, succeeded: number, failed: number, delivered: number, lost: number];

function countHour(db: DatabaseSync, kind: (typeof kinds)[number], at: number, counts: Counts): void {
  db.prepare(
    `insert into hour_counts (hour, batch_key_id, slot, accepted, succeeded, failed, delivered, delivery_failed)
     select ?, id, 0, ?, ?, ?, ?, ? from batch_keys where endpoint = ? and model = ?
     on conflict do update set accepted = hour_counts.accepted + excluded.accepted,
       succeeded = hour_counts.succeeded + excluded.succeeded, failed = hour_counts.failed + excluded.failed,
       delivered = hour_counts.delivered + excluded.delivered,
       delivery_failed = hour_counts.delivery_failed + excluded.delivery_failed`,
  ).run(Math.floor(at / hour) * hour, ...counts, kind.endpoint, kind.model);
}

/** Makes what the simulator did in moments look as if it had taken its time: minutes of building, more at OpenAI. */
export function stretch(databasePath: string, afterId: number): void {
  const db = new DatabaseSync(databasePath, { timeout: 5_000 });
  try {
    const ids = db
      .prepare(`select id from batches where id > ? and state = 'done' order by id`)
      .all(afterId) as {
      id: number;
    }[];
    for (const [index, { id }] of ids.entries()) stretchBatch(db, id, (ids.length - index) * 2 * minute);
  } finally {
    db.close();
  }
}

function stretchBatch(db: DatabaseSync, id: number, ago: number): void {
  const [building, uploading, atOpenAI] = [4 * minute, minute, (6 + ((id * 3) % 8)) * minute];
  const before = {
    building: building + uploading + atOpenAI,
    uploading: uploading + atOpenAI,
    uploaded: atOpenAI + minute / 2,
    openai_processing: atOpenAI,
  };
  db.prepare('update transitions set at = at - ? where batch_id = ?').run(ago, id);
  for (const [state, ms] of Object.entries(before)) {
    db.prepare('update transitions set at = at - ? where batch_id = ? and to_state = ?').run(ms, id, state);
  }
  db.prepare(
    `update batches set created_at = created_at - ?, closed_at = closed_at - ?, state_at = state_at - ?,
       settled_at = settled_at - ?, ended_at = ended_at - ? where id = ?`,
  ).run(ago + before.building, ago + before.uploading, ago, ago, ago, id);
  const asked = ago + before.building;
  db.prepare(
    'update requests set created_at = created_at - ?, outcome_at = outcome_at - ?, updated_at = updated_at - ? where batch_id = ?',
  ).run(asked, ago, ago, id);
  db.prepare(
    // What was sent a second time was sent just now.
    `update attempts set at = at - ? where id in (
       select min(a.id) from attempts a join requests r on r.id = a.request_id where r.batch_id = ? group by r.id)`,
  ).run(ago, id);
}
