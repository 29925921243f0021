import { AppError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import type { BatchRow } from '../store/rows.ts';

/** @throws AppError `not_found` */
export async function findBatch(ctx: Context, id: number): Promise<BatchRow> {
  const batch = await ctx.store.getBatch({ id });
  if (!batch) throw new AppError('not_found', `There is no batch ${id}.`);
  return batch;
}

/** The refusal for a move that the state forbids. */
export function illegalMove(id: number, verb: string, state: string, hint = ''): AppError {
  return new AppError(
    'illegal_move',
    `Batch ${id} is ${state} and cannot be ${verb}.${hint === '' ? '' : ` ${hint}`}`,
  );
}
