/** Finds one thing by any of its names, each by its index. */
import type { Tx } from '../tx.ts';
import type { RequestDetail } from './requests.ts';

/** By primary key. */
export async function getRequestById(
  tx: Tx,
  input: { readonly id: number },
): Promise<RequestDetail | undefined> {
  return tx.get<RequestDetail>(
    `select r.*, k.endpoint, k.model from requests r join batch_keys k on k.id = r.batch_key_id where r.id = ?`,
    input.id,
  );
}

/** What was posted, as it is sent; undefined once retention has removed it. */
export async function getBody(
  tx: Tx,
  input: { readonly requestId: number },
): Promise<Uint8Array | undefined> {
  const row = await tx.get<{ body: Uint8Array }>(
    'select body from request_bodies where request_id = ?',
    input.requestId,
  );
  return row?.body;
}

/** A batch by one of OpenAI's ids: the batch's (index batches_by_openai_id), or one of its files'. */
export async function findBatchByRemoteId(
  tx: Tx,
  input: { readonly remoteId: string },
): Promise<number | null> {
  const { remoteId } = input;
  const row = remoteId.startsWith('file')
    ? await tx.get<{ id: number }>(
        `select id from batches where deleted_at is null
           and (openai_input_file_id = ? or openai_output_file_id = ? or openai_error_file_id = ?) limit 1`,
        remoteId,
        remoteId,
        remoteId,
      )
    : await tx.get<{ id: number }>(
        'select id from batches where openai_batch_id = ? and deleted_at is null',
        remoteId,
      );
  return row?.id ?? null;
}

export interface ErrorCount {
  readonly error_code: string;
  readonly error_message: string | null;
  readonly requests: number;
}

/** Distinct errors of a batch, commonest first, over its first 50,000 ended requests. Index: requests_by_batch. */
export async function countErrors(
  tx: Tx,
  input: { readonly batchId: number; readonly limit: number },
): Promise<ErrorCount[]> {
  return tx.all<ErrorCount>(
    `select error_code, min(error_message) as error_message, count(*) as requests from (
       select error_code, error_message from requests where batch_id = ? limit 50000) as r
     where error_code is not null group by error_code order by count(*) desc, error_code limit ?`,
    input.batchId,
    input.limit,
  );
}
