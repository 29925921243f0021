/** Pages of a batch's files, in the order of the input file: line n is the nth request of the batch by id. */
import type { RequestState } from '../../../core/request.ts';
import { requestStates } from '../../../core/request.ts';
import type { Tx } from '../tx.ts';

export interface InputLine {
  readonly id: number;
  readonly body: Uint8Array;
}

export interface PageInput {
  readonly batchId: number;
  readonly afterId: number;
  /** A page ends with the line that reaches this many bytes. */
  readonly maxBytes: number;
  readonly limit: number;
}

/** Pending requests of a closed batch: what its next input file holds. Index: requests_by_batch. */
export async function inputPage(tx: Tx, input: PageInput): Promise<InputLine[]> {
  return readPage(tx, input, ['pending']);
}

/** Every request of a batch, whatever its state: what its file held, less what has moved to a successor. */
export async function sentPage(tx: Tx, input: PageInput): Promise<InputLine[]> {
  return readPage(tx, input, requestStates);
}

/**
 * The states are walked side by side, each in the order of its index, and merged. Walks narrow rows first, to know where the page ends, then fetches the bodies of just these. Without the
 * first step a page of large bodies would be read whole before it is cut.
 */
async function readPage(tx: Tx, input: PageInput, states: readonly RequestState[]): Promise<InputLine[]> {
  const branches = states
    .map(
      (state) => `select id, line_bytes from requests where batch_id = ? and state = '${state}' and id > ?`,
    )
    .join(' union all ');
  const params = states.flatMap(() => [input.batchId, input.afterId]);
  const narrow = await tx.all<{ id: number; line_bytes: number }>(
    `select id, line_bytes from (${branches}) as p order by id limit ?`,
    ...params,
    input.limit,
  );
  const ids: number[] = [];
  let bytes = 0;
  for (const row of narrow) {
    ids.push(row.id);
    bytes += row.line_bytes;
    if (bytes >= input.maxBytes) break;
  }
  if (ids.length === 0) return [];
  return tx.all<InputLine>(
    `select request_id as id, body from request_bodies where request_id in ${tx.list} order by request_id`,
    tx.listOf(ids),
  );
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
