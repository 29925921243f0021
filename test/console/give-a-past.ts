/** Copies what really happened in this hour into the hours before it, so that pictures have a past to show. */
import { DatabaseSync } from 'node:sqlite';

const hour = 3_600_000;
const day = 24 * hour;
/** How busy each of the last 23 hours was, against the present one: a night and a working day. */
const shape = [3, 2, 2, 1, 1, 1, 2, 4, 7, 9, 10, 9, 8, 9, 10, 8, 6, 5, 4, 4, 3, 3, 2];

export function giveAPast(databasePath: string, now: number): void {
  const db = new DatabaseSync(databasePath, { timeout: 5_000 });
  const thisHour = Math.floor(now / hour) * hour;
  const today = Math.floor(now / day) * day;
  try {
    for (const [index, factor] of shape.entries()) {
      db.prepare(
        `insert into hour_counts
         select ?, batch_key_id, slot, cast(accepted * ? / 4 as integer), cast(succeeded * ? / 4 as integer), cast(failed * ? / 9 as integer), expired, cast(cancelled * ? / 9 as integer),
           cast(delivered * ? / 4 as integer), cast(delivery_failed * ? / 9 as integer)
         from hour_counts where hour = ?`,
      ).run(
        thisHour - (shape.length - index) * hour,
        factor,
        factor,
        factor,
        factor,
        factor,
        factor,
        thisHour,
      );
    }
    for (let ago = 1; ago < 30; ago++) {
      const factor = 3 + ((ago * 7) % 9);
      db.prepare(
        `insert into day_costs
         select tag, ?, batch_key_id, answered * ?, unpriced, input_tokens * ?, cached_tokens, output_tokens * ?,
           reasoning_tokens, list_nano_usd * ?, paid_nano_usd * ? from day_costs where day = ?`,
      ).run(today - ago * day, factor, factor, factor, factor, factor, today);
    }
    const ids = db.prepare(`select id from batches where state = 'done' order by id`).all() as {
      id: number;
    }[];
    for (const [index, { id }] of ids.entries()) shiftBatch(db, id, (ids.length - index) * 3 * hour);
  } finally {
    db.close();
  }
}

/** A batch that ended so long ago, after hours at OpenAI instead of the simulator's moments. */
function shiftBatch(db: DatabaseSync, id: number, ago: number): void {
  const atOpenAI = ((id * 37) % 70) * 60_000 + 25 * 60_000;
  const building = 40 * 60_000;
  db.prepare(
    `update batches set created_at = created_at - ? - ? - ?, closed_at = closed_at - ? - ?, state_at = state_at - ?,
       settled_at = settled_at - ?, ended_at = ended_at - ? where id = ?`,
  ).run(ago, atOpenAI, building, ago, atOpenAI, ago, ago, ago, id);
  db.prepare('update transitions set at = at - ? where batch_id = ?').run(ago, id);
  db.prepare(`update transitions set at = at - ? where batch_id = ? and to_state in
    ('building', 'uploading', 'uploaded', 'openai_processing')`).run(atOpenAI, id);
  db.prepare(`update transitions set at = at - ? where batch_id = ? and to_state = 'building'`).run(
    building,
    id,
  );
}
