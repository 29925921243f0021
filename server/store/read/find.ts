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

/**
 * A batch by one of OpenAI's ids: the batch's, or one of its files'.
 * Indexes: batches_by_openai_id, batches_by_input_file, batches_by_output_file, batches_by_error_file.
 */
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

/** Distinct errors of a batch, commonest first, each with the message of one of its requests. Index: requests_by_error. */
export async function countErrors(
  tx: Tx,
  input: { readonly batchId: number; readonly limit: number },
): Promise<ErrorCount[]> {
  return tx.all<ErrorCount>(
    `select e.error_code, e.requests, (select m.error_message from requests m
         where m.batch_id = ? and m.error_code = e.error_code limit 1) as error_message
     from (select error_code, count(*) as requests from requests
           where batch_id = ? and error_code is not null group by error_code) as e
     order by e.requests desc, e.error_code limit ?`,
    input.batchId,
    input.batchId,
    input.limit,
  );
}
