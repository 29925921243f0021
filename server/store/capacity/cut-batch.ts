/**
 * Cuts a batch that can never fit. It keeps its first rows and is uploaded again; the others go to successors. The
 * steps can be repeated: without an input file a batch is not created, and what was moved stays moved.
 */

import { sealSuccessors } from '../batches/settle-leftovers.ts';
import { bearBatch, inStateFor, moveBatch, setState } from '../moves.ts';
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';
import { planForgotten } from '../upkeep/remote-cleanups.ts';

/** What a piece may hold, raw estimates. */
export interface PieceLimits {
  readonly tokens: number;
  readonly requests: number;
}

export interface CutInput {
  readonly batchId: number;
  readonly leaseToken: string;
  readonly piece: PieceLimits;
  readonly reason: string;
  readonly limit: number;
  readonly now: number;
}

interface Row {
  id: number;
  line_bytes: number;
  embedding_inputs: number;
  estimated_tokens: number;
}

/** The file is forgotten, and removed at the provider: it holds rows that the batch is about to give away. */
export async function beginCut(
  tx: Tx,
  input: { readonly batchId: number; readonly leaseToken: string; readonly now: number },
): Promise<boolean> {
  const before = await readHeld(tx, input);
  if (!before) return false;
  await tx.run('update batches set openai_input_file_id = null where id = ?', before.id);
  await planForgotten(tx, before, { openai_input_file_id: null }, input.now);
  return true;
}

/**
 * Moves one slice of the last rows to successors.
 *
 * @returns false when the batch is small enough, or the lease is lost
 */
export async function cutSlice(tx: Tx, input: CutInput): Promise<boolean> {
  const batch = await readHeld(tx, input);
  if (!batch || fits(batch, input.piece)) return false;
  const rows = await tx.all<Row>(
    `select id, line_bytes, embedding_inputs, estimated_tokens from requests
     where batch_id = ? and state = 'pending' order by id desc limit ?`,
    batch.id,
    input.limit,
  );
  let left = batch;
  let successor = await openSuccessor(tx, batch);
  let moved: Row[] = [];
  for (const row of rows) {
    if (fits(left, input.piece) || (left.sent_count ?? 0) <= 1) break;
    if (successor !== null && !fits(addRow(successor, row, 1), input.piece)) {
      await moveRows(tx, batch, successor.id, moved, input.now);
      moved = [];
      successor = null;
    }
    successor ??= await bear(tx, batch, input);
    successor = addRow(successor, row, 1);
    left = addRow(left, row, -1);
    moved.push(row);
  }
  if (successor !== null) await moveRows(tx, batch, successor.id, moved, input.now);
  return !fits(left, input.piece) && (left.sent_count ?? 0) > 1;
}

/** The pieces may start: successors become due, and the batch itself is uploaded anew. */
export async function finishCut(
  tx: Tx,
  input: {
    readonly batchId: number;
    readonly leaseToken: string;
    readonly reason: string;
    readonly now: number;
  },
): Promise<BatchRow | null> {
  const batch = await readHeld(tx, input);
  if (!batch) return null;
  await sealSuccessors(tx, batch.id, input.now, input.now);
  return moveBatch(tx, {
    batchId: batch.id,
    move: 'reupload',
    leaseToken: input.leaseToken,
    facts: { openai_input_file_id: null, submit_attempt: batch.submit_attempt + 1 },
    actor: 'submit',
    reason: input.reason,
    now: input.now,
  });
}

function readHeld(tx: Tx, input: { batchId: number; leaseToken: string }): Promise<BatchRow | undefined> {
  return tx.get<BatchRow>(
    `select * from batches where id = ? and lease_token = ?${tx.forUpdate}`,
    input.batchId,
    input.leaseToken,
  );
}

type Load = Pick<BatchRow, 'id' | 'sent_count' | 'estimated_tokens' | 'embedding_inputs'>;

function fits(load: Load, piece: PieceLimits): boolean {
  return load.estimated_tokens <= piece.tokens && load.embedding_inputs <= piece.requests;
}

function addRow<L extends Load>(load: L, row: Row, sign: 1 | -1): L {
  return {
    ...load,
    sent_count: (load.sent_count ?? 0) + sign,
    estimated_tokens: load.estimated_tokens + sign * row.estimated_tokens,
    embedding_inputs: load.embedding_inputs + sign * row.embedding_inputs,
  };
}

/** Index: batches_by_predecessor. */
async function openSuccessor(tx: Tx, batch: BatchRow): Promise<BatchRow | null> {
  const found = await tx.get<BatchRow>(
    `select * from batches where successor_of = ? and closed_at is null and state = 'uploading'
     order by id desc limit 1`,
    batch.id,
  );
  return found ?? null;
}

function bear(tx: Tx, batch: BatchRow, { reason, now }: CutInput): Promise<BatchRow> {
  return bearBatch(tx, {
    move: 'succeed',
    endpoint: batch.endpoint,
    model: batch.model,
    facts: { successor_of: batch.id, row_limit: batch.row_limit, due_at: null },
    actor: 'submit',
    reason: `cut from batch ${batch.id}. ${reason}`,
    now,
  });
}

/** They stay `pending`: they were never sent from here. */
async function moveRows(
  tx: Tx,
  batch: BatchRow,
  successorId: number,
  rows: readonly Row[],
  now: number,
): Promise<void> {
  if (rows.length === 0) return;
  await tx.each(
    `${setState('carry')}, batch_id = ? where id = ? and batch_id = ? and ${inStateFor('carry')}`,
    rows.map((row) => [now, successorId, row.id, batch.id]),
  );
  const sum = (column: Exclude<keyof Row, 'id'>) => rows.reduce((total, row) => total + row[column], 0);
  const load = [rows.length, sum('line_bytes'), sum('embedding_inputs'), sum('estimated_tokens')];
  await tx.run(
    `update batches set request_count = request_count + ?, size_bytes = size_bytes + ?,
       embedding_inputs = embedding_inputs + ?, estimated_tokens = estimated_tokens + ? where id = ?`,
    ...load,
    successorId,
  );
  await tx.run(
    `update batches set request_count = request_count - ?, size_bytes = size_bytes - ?,
       embedding_inputs = embedding_inputs - ?, estimated_tokens = estimated_tokens - ?,
       sent_count = sent_count - ? where id = ?`,
    ...load,
    rows.length,
    batch.id,
  );
}
