/** Floor of apply on PostgreSQL: parse each line of the same local file, write the same tables in slices of 200. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { encodeArray } from '../../server/store/postgres/encode-array.ts';
import { cpuSince, readInput, tell } from '../task.ts';

interface Result {
  readonly custom_id: string;
  readonly response: {
    readonly status_code: number;
    readonly body: { readonly usage: { readonly input_tokens: number; readonly output_tokens: number } };
  };
}

const { databaseUrl, resultPath } = readInput<{ databaseUrl: string; resultPath: string }>();
const client = new pg.Client({ connectionString: databaseUrl, pipeline: true });
await client.connect();
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
const endRequests = `update requests set state = 'openai_processed', updated_at = $2::bigint, outcome = 'succeeded',
  outcome_number = outcome_number + 1, outcome_at = $2::bigint, call_tries = call_tries + 1
  from unnest($1::bigint[]) as r (id) where requests.id = r.id and batch_id = 1`;
const insertResults = `insert into results (request_id, line, custom_id_start, custom_id_end, status_code, input_tokens,
  cached_tokens, output_tokens, reasoning_tokens)
  select id, line, at, at + 19, status, input, 0, output, 0
  from unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
    as r (id, line, at, status, input, output)`;
const count = 'update batches set succeeded_count = succeeded_count + $1 where id = 1';
let slice: { id: number; line: string; at: number; result: Result }[] = [];
let applied = 0;
async function write(): Promise<void> {
  if (slice.length === 0) return;
  const numbers = (read: (row: (typeof slice)[0]) => number) => encodeArray('bigint', slice.map(read));
  const ids = numbers(({ id }) => id);
  const lines = encodeArray(
    'bytea',
    slice.map(({ line }) => Buffer.from(line)),
  );
  const values = [
    ids,
    lines,
    numbers(({ at }) => at),
    numbers(({ result }) => result.response.status_code),
    numbers(({ result }) => result.response.body.usage.input_tokens),
    numbers(({ result }) => result.response.body.usage.output_tokens),
  ];
  await Promise.all([
    client.query('begin'),
    client.query({ name: 'requests', text: endRequests, values: [ids, Date.now()] }),
    client.query({ name: 'results', text: insertResults, values }),
    client.query({ name: 'count', text: count, values: [slice.length] }),
    client.query('commit'),
  ]);
  applied += slice.length;
  slice = [];
}
for await (const line of createInterface({
  input: createReadStream(resultPath, { highWaterMark: 256 * 1_024 }),
})) {
  const result = JSON.parse(line) as Result;
  slice.push({ id: Number(result.custom_id.slice(1)), line, at: line.indexOf(result.custom_id) - 1, result });
  if (slice.length === 200) await write();
}
await write();
const { maxRSS } = process.resourceUsage();
tell({
  event: 'result',
  cpuMs: cpuSince(cpuBefore),
  seconds: (performance.now() - startedAt) / 1_000,
  applied,
  memMb: maxRSS / 1_024,
});
await client.end();
process.disconnect();
