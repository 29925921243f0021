/** Databases that runs begin from, made once by the service itself and copied for each run. */
import { createReadStream } from 'node:fs';
import { cp } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { request } from 'undici';
import { lineId } from '../core/line-id.ts';
import { runSql } from './databases.ts';
import { customId, type Kind, makePost, oneKind } from './load/make-request.ts';
import { copyDatabase } from './postgres.ts';
import { apiKey, type Ours, type StartOptions, startOurs } from './service.ts';
import type { Setup } from './setup.ts';
import type { StandIn } from './stand-ins/provider.ts';

export interface Rows {
  readonly count: number;
  readonly bodyBytes: number;
  readonly delivery: object;
}

/** Closing limits are out of the way: a batch closes when it is told to. */
export const closesByOrder = {
  BATCH_MAX_REQUESTS: 100_000,
  BATCH_MAX_BYTES: 209_715_200,
  BATCH_MAX_TOKENS: 1_000_000_000,
  POLL_INTERVAL_MS: 50,
};

/** A folder whose database holds one building batch of these rows; null: nothing but the schema. */
export async function makeOpenBatch(
  setup: Setup,
  rows: Rows | null,
  settings: StartOptions['settings'] = closesByOrder,
): Promise<string> {
  const folder = await setup.folder();
  const ours = await startOurs({ ...setup, profileFolder: null }, { folder, name: 'template', settings });
  try {
    if (rows) await sendBulk(ours, postLines(rows), rows.count);
  } finally {
    await ours.stop();
  }
  if (rows && setup.store === 'postgres') await runSql(setup, folder, mergeBatches);
  return folder;
}

/** Groups that meet on PostgreSQL fill several open batches of a pair; what is measured is one large batch. */
const mergeBatches = `
  update requests set batch_id = 1;
  update batches set (request_count, size_bytes, embedding_inputs, estimated_tokens) =
    (select sum(request_count), sum(size_bytes), sum(embedding_inputs), sum(estimated_tokens) from batches)
    where id = 1;
  delete from transitions where batch_id > 1;
  delete from batches where id > 1;`;

/** The same, with that batch in progress at the stand-in and every row marked as sent. */
export async function makeSentBatch(
  setup: Setup,
  rows: Rows,
  standIn: StandIn,
  settings: StartOptions['settings'] = closesByOrder,
): Promise<string> {
  const folder = await makeOpenBatch(setup, rows, settings);
  standIn.complete(null);
  const ours = await startOurs(
    { ...setup, profileFolder: null },
    { folder, name: 'template', provider: standIn.url, settings },
  );
  try {
    await ours.call('POST', '/api/batches/1/upload');
    await ours.saw((line) => line['to'] === 'openai_processing');
    await untilAdvanced(ours, rows.count);
  } finally {
    await ours.stop();
  }
  return folder;
}

/** A fresh copy of a template. */
export async function copyTemplate(setup: Setup, template: string): Promise<string> {
  const folder = await setup.folder();
  // The secrets beside the database belong to it.
  await cp(template, folder, { recursive: true });
  if (setup.store === 'postgres') await copyDatabase(template, folder);
  return folder;
}

/** Sends a prepared file by bulk intake. @returns seconds until the answer */
export async function sendFile(ours: Ours, path: string, count: number): Promise<number> {
  return sendBulk(ours, createReadStream(path, { highWaterMark: 256 * 1_024 }), count);
}

/** Sends lines by bulk intake; every one must be accepted. @returns seconds until the answer */
export async function sendBulk(
  ours: Ours,
  lines: Iterable<Buffer> | Readable,
  count: number,
): Promise<number> {
  const startedAt = performance.now();
  const { statusCode, body } = await request(`${ours.url}/api/requests/bulk`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/jsonl' },
    body: Readable.from(lines),
  });
  const totals = (await body.json()) as { accepted?: number };
  if (totals.accepted !== count)
    throw new Error(`bulk: ${statusCode} ${JSON.stringify(totals)}, not ${count}`);
  return (performance.now() - startedAt) / 1_000;
}

/** Posts as JSON lines, some hundred in a piece. */
export function* postLines({ count, bodyBytes, delivery }: Rows, prefix = 'row-'): Generator<Buffer> {
  const [kind] = oneKind as [Kind];
  let piece: string[] = [];
  for (let n = 1; n <= count; n++) {
    piece.push(`${makePost(kind, customId(prefix, n), bodyBytes, delivery)}\n`);
    if (piece.length < 100 && n < count) continue;
    yield Buffer.from(piece.join(''));
    piece = [];
  }
}

async function untilAdvanced(ours: Ours, count: number): Promise<void> {
  for (let looks = 0; looks < 3_000; looks++) {
    const { data } = await ours.call<{ data: unknown[] }>('GET', '/api/requests?state=pending&limit=1');
    if (data.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${count} rows were not marked as sent within a minute`);
}

/** Lines of a result file for requests 1 to `count`, each about `lineBytes` long. */
export function* resultLines(count: number, lineBytes: number): Generator<string> {
  const make = (id: number, text: string) =>
    `${JSON.stringify({
      id: `batch_req_${id}`,
      custom_id: lineId(id),
      response: {
        status_code: 200,
        request_id: `req_${id}`,
        body: {
          id: `resp_${id}`,
          object: 'response',
          model: 'gpt-5-mini',
          output: [{ type: 'message', content: [{ type: 'output_text', text }] }],
          usage: { input_tokens: 500, output_tokens: 300, total_tokens: 800 },
        },
      },
      error: null,
    })}\n`;
  const room = lineBytes - make(count, '').length;
  const text = 'Pack my box with five dozen liquor jugs. '.repeat(Math.ceil(room / 41)).slice(0, room);
  let piece = '';
  for (let id = 1; id <= count; id++) {
    piece += make(id, text);
    if (piece.length < 1_000_000 && id < count) continue;
    yield piece;
    piece = '';
  }
}
