import type { BatchRow } from '../store/rows.ts';

/** Where the provider's own time is not known: a clock may be set to another time zone. */
export const clockMarginMs = 24 * 3_600_000;

/**
 * The earliest time at which a batch made from this batch's input file can have been created, by the provider's own
 * clock; lists are walked back to here. Ours may be off by any amount: a file that is older than its batch has the same
 * error.
 */
export function firstPossibleAt(
  batch: Pick<BatchRow, 'openai_input_file_created_at' | 'created_at'>,
): number {
  return batch.openai_input_file_created_at ?? batch.created_at - clockMarginMs;
}
