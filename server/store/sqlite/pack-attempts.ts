/**
 * Answered deliveries as columns. What an answer was and what follows lie in objects of their own, which would be cloned
 * one by one: they travel as columns, too.
 */
import type { AttemptResult, NextStep } from '../../../core/delivery.ts';
import type { Delivered } from '../deliveries/record-deliveries.ts';
import { type PackedRows, packRows, unpackRows } from './pack-rows.ts';

export interface PackedAttempts {
  readonly attempts: PackedRows;
  readonly results: PackedRows;
  readonly steps: PackedRows;
}

export function packAttempts(attempts: readonly Delivered[]): PackedAttempts {
  return {
    attempts: packRows(attempts, [], ownKeys),
    results: packRows(
      attempts.map(({ result }) => result),
      [],
    ),
    steps: packRows(
      attempts.map(({ next }) => flat(next)),
      [],
    ),
  };
}

export function unpackAttempts({ attempts, results, steps }: PackedAttempts): Delivered[] {
  const answers = unpackRows<AttemptResult>(results);
  const nexts = unpackRows<NextStep>(steps);
  const rows = unpackRows<Writable>(attempts);
  for (const [index, row] of rows.entries()) {
    row.result = answers[index] as AttemptResult;
    row.next = nexts[index] as NextStep;
  }
  return rows;
}

type Writable = { -readonly [K in keyof Delivered]: Delivered[K] };

/** What an attempt has beside its answer and its next step. */
const ownKeys = Object.keys({
  requestId: true,
  batchId: true,
  destinationId: true,
  outcomeNumber: true,
  attempt: true,
  customId: true,
  probe: true,
  delivery: true,
  config: true,
  at: true,
} satisfies Record<Exclude<keyof Delivered, 'result' | 'next'>, true>) as (keyof Delivered)[];

/** Rows have one shape: what only one kind of step has is null in the others. */
function flat(next: NextStep) {
  return {
    kind: next.kind,
    pauseMs: next.kind === 'again' ? next.pauseMs : null,
    askedMs: next.kind === 'again' ? next.askedMs : null,
    why: next.kind === 'give_up' ? next.why : null,
  };
}
