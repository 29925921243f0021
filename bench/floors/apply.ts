/** Floor of apply: parse each line of the same local file, write the same tables in slices of 200. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { cpuSince, readInput, tell } from '../task.ts';

interface Result {
  readonly custom_id: string;
  readonly response: {
    readonly status_code: number;
    readonly body: { readonly usage: { readonly input_tokens: number; readonly output_tokens: number } };
  };
}

const { databasePath, resultPath } = readInput<{ databasePath: string; resultPath: string }>();
const db = new DatabaseSync(databasePath, { enableForeignKeyConstraints: false });
db.exec(
  'pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -16384; pragma wal_autocheckpoint = 4000',
);
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
const endRequest =
  db.prepare(`update requests set state = 'openai_processed', updated_at = ?, outcome = 'succeeded',
  outcome_number = outcome_number + 1, outcome_at = ?, call_tries = call_tries + 1 where id = ? and batch_id = 1`);
const insertResult =
  db.prepare(`insert into results (request_id, line, custom_id_start, custom_id_end, status_code,
  input_tokens, cached_tokens, output_tokens, reasoning_tokens) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
const count = db.prepare('update batches set succeeded_count = succeeded_count + ? where id = 1');
let slice: { id: number; line: string; at: number; result: Result }[] = [];
let applied = 0;
function write(): void {
  const now = Date.now();
  db.exec('begin immediate');
  for (const { id } of slice) endRequest.run(now, now, id);
  for (const { id, line, at, result } of slice) {
    const { usage } = result.response.body;
    insertResult.run(
      id,
      Buffer.from(line),
      at,
      at + 19,
      result.response.status_code,
      usage.input_tokens,
      0,
      usage.output_tokens,
      0,
    );
  }
  count.run(slice.length);
  db.exec('commit');
  applied += slice.length;
  slice = [];
}
for await (const line of createInterface({
  input: createReadStream(resultPath, { highWaterMark: 256 * 1_024 }),
})) {
  const result = JSON.parse(line) as Result;
  slice.push({ id: Number(result.custom_id.slice(1)), line, at: line.indexOf(result.custom_id) - 1, result });
  if (slice.length === 200) write();
}
write();
const { maxRSS } = process.resourceUsage();
tell({
  event: 'result',
  cpuMs: cpuSince(cpuBefore),
  seconds: (performance.now() - startedAt) / 1_000,
  applied,
  memMb: maxRSS / 1_024,
});
db.close();
process.disconnect();
