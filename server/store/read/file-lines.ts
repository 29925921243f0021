/** Pages of a batch's files, in the order of the input file: line n is the nth request of the batch by id. */
import { afterDigits, beforeDigits, lineHead, lineOverheadBytes, lineTail } from '../../../core/line-id.ts';
import type { RequestState } from '../../../core/request.ts';
import { requestStates } from '../../../core/request.ts';
import type { Tx } from '../tx.ts';

/** Lines as they stand in the file, line ends included. */
export interface FilePage {
  readonly bytes: Uint8Array;
  readonly lines: number;
  /** The next page begins after it. */
  readonly lastId: number;
}

export interface PageInput {
  readonly batchId: number;
  readonly endpoint: string;
  readonly afterId: number;
  /** A page ends with the line that reaches this many bytes. */
  readonly maxBytes: number;
  readonly limit: number;
}

/** Pending requests of a closed batch: what its next input file holds; null behind the last. Index: requests_by_batch. */
export async function inputPage(tx: Tx, input: PageInput): Promise<FilePage | null> {
  return readPage(tx, input, ['pending']);
}

/** Every request of a batch, whatever its state: what its file held, less what has moved to a successor. */
export async function sentPage(tx: Tx, input: PageInput): Promise<FilePage | null> {
  return readPage(tx, input, requestStates);
}

/**
 * The states are walked side by side, each in the order of its index, and merged. Walks narrow rows first, to know
 * where the page ends, then fetches the bodies of just these: else a page of large bodies would be read whole before
 * it is cut.
 */
async function readPage(tx: Tx, input: PageInput, states: readonly RequestState[]): Promise<FilePage | null> {
  const walks = states.map(
    (state) => `select id, line_bytes from requests where batch_id = ? and state = '${state}' and id > ?`,
  );
  const params = states.flatMap(() => [input.batchId, input.afterId]);
  const narrow = await tx.all<{ id: number; line_bytes: number }>(
    tx.firstOf(walks, 'id', input.limit),
    ...params,
  );
  const ids: number[] = [];
  let bytes = 0;
  for (const row of narrow) {
    ids.push(row.id);
    bytes += row.line_bytes;
    if (bytes >= input.maxBytes) break;
  }
  if (ids.length === 0) return null;
  return tx.joined === null
    ? writeLines(tx, ids, input.endpoint)
    : joinLines(tx, tx.joined, ids, input.endpoint);
}

/**
 * The lines are put together in SQLite: as one value for a page they cost half of what they cost row by row. The sum gives
 * the id its zeros.
 */
async function joinLines(
  tx: Tx,
  joined: string,
  ids: readonly number[],
  endpoint: string,
): Promise<FilePage | null> {
  const head =
    'cast(? as text) || substr(cast(10000000000000000 + request_id as text), 2) || cast(? as text)';
  const page = await tx.get<{ bytes: Uint8Array | null; lines: number }>(
    `select ${joined} as bytes, count(*) as lines
     from (select request_id as id, ${head} || body || cast(? as text) as line
       from request_bodies where request_id in ${tx.list} order by request_id) as written`,
    beforeDigits,
    afterDigits(endpoint),
    lineTail,
    tx.listOf(ids),
  );
  if (!page?.bytes) return null;
  return { bytes: page.bytes, lines: page.lines, lastId: ids.at(-1) as number };
}

/**
 * From PostgreSQL bodies come one by one, as texts: its driver reads bytes as two digits each, and one large value costs
 * more to collect than many small ones. Every body was checked to be UTF-8 when it came.
 */
async function writeLines(tx: Tx, ids: readonly number[], endpoint: string): Promise<FilePage | null> {
  const rows = await tx.all<{ id: number; body: string }>(
    `select request_id as id, convert_from(body, 'UTF8') as body
     from request_bodies where request_id in ${tx.list} order by request_id`,
    tx.listOf(ids),
  );
  if (rows.length === 0) return null;
  const overhead = lineOverheadBytes(endpoint);
  const length = rows.reduce((sum, { body }) => sum + Buffer.byteLength(body) + overhead, 0);
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const { id, body } of rows) {
    at += bytes.write(lineHead(id, endpoint), at, 'latin1');
    at += bytes.write(body, at);
    at += bytes.write(lineTail, at, 'latin1');
  }
  return { bytes, lines: rows.length, lastId: ids.at(-1) as number };
}

/** Ids of a batch's requests at the provider, in the order of its file: line n is the nth. Index: requests_by_batch. */
export async function sentIds(
  tx: Tx,
  input: { readonly batchId: number; readonly afterId: number; readonly limit: number },
): Promise<number[]> {
  const rows = await tx.all<{ id: number }>(
    `select id from requests where batch_id = ? and state = 'openai_processing' and id > ? order by id limit ?`,
    input.batchId,
    input.afterId,
    input.limit,
  );
  return rows.map(({ id }) => id);
}
