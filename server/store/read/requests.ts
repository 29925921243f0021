import type { AttemptRow, RequestRow, ResultRow } from '../rows.ts';
import type { Tx } from '../tx.ts';

/** A request with the endpoint and model of its pair. */
export interface RequestDetail extends RequestRow {
  endpoint: string;
  model: string;
}

/** Index: requests_by_custom_id. */
export async function getRequest(
  tx: Tx,
  input: { readonly customId: string },
): Promise<RequestDetail | undefined> {
  return tx.get<RequestDetail>(
    `select r.*, k.endpoint, k.model from requests r join batch_keys k on k.id = r.batch_key_id
     where r.custom_id = ?`,
    input.customId,
  );
}

/** Newest first. Index: attempts_by_request. */
export async function listAttempts(
  tx: Tx,
  input: { readonly requestId: number; readonly limit: number },
): Promise<AttemptRow[]> {
  return tx.all<AttemptRow>(
    'select * from attempts where request_id = ? order by id desc limit ?',
    input.requestId,
    input.limit,
  );
}

export async function getResult(
  tx: Tx,
  input: { readonly requestId: number },
): Promise<ResultRow | undefined> {
  return tx.get<ResultRow>('select * from results where request_id = ?', input.requestId);
}

/** Result lines of several requests, in no particular order; by primary key. */
export async function getResults(
  tx: Tx,
  input: { readonly requestIds: readonly number[] },
): Promise<ResultRow[]> {
  return tx.all<ResultRow>(
    `select * from results where request_id in ${tx.list}`,
    tx.listOf(input.requestIds),
  );
}

/** OpenAI's line, and where in it the value of `custom_id` stands, in bytes. */
export type ResultLine = Pick<ResultRow, 'request_id' | 'line' | 'custom_id_start' | 'custom_id_end'>;

/** What deliveries need of the results of several requests, in no particular order; by primary key. */
export async function resultLines(
  tx: Tx,
  input: { readonly requestIds: readonly number[] },
): Promise<ResultLine[]> {
  return tx.all<ResultLine>(
    `select request_id, line, custom_id_start, custom_id_end from results where request_id in ${tx.list}`,
    tx.listOf(input.requestIds),
  );
}

export interface RunRow {
  request_id: number;
  batch_id: number;
  run: number;
  ended: string;
  at: number;
}

/** Where a request has been before its present batch, oldest first. */
export async function listRuns(tx: Tx, input: { readonly requestId: number }): Promise<RunRow[]> {
  return tx.all<RunRow>('select * from request_runs where request_id = ? order by at', input.requestId);
}
