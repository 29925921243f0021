import { AppError } from '../../../core/errors.ts';
import type { Context } from '../../context.ts';
import type { DestinationFacts } from '../../store/destinations/destinations.ts';
import type { DestinationRow } from '../../store/rows.ts';

/** @throws AppError `not_found` */
export async function findDestination(ctx: Context, id: number): Promise<DestinationRow> {
  const row = await ctx.store.getDestination({ id });
  if (!row) throw new AppError('not_found', `There is no destination ${id}.`);
  return row;
}

/** How often an edit is tried again when somebody else was first. */
const mostTries = 10;

/**
 * Reads, decides, writes; once more when the row was edited meanwhile. The next attempt uses what is set now.
 *
 * @param decide null: there is nothing to do
 */
export async function changeDestination(
  ctx: Context,
  id: number,
  actor: string,
  decide: (row: DestinationRow, now: number) => DestinationFacts | null,
): Promise<DestinationRow> {
  for (let tries = 0; tries < mostTries; tries++) {
    const row = await findDestination(ctx, id);
    const now = ctx.clock.now();
    const facts = decide(row, now);
    if (facts === null) return row;
    const changed = await ctx.store.editDestination({ id, ifVersion: row.version, facts, actor, now });
    if (!changed) continue;
    ctx.wakeUps.wake('deliveries');
    return changed;
  }
  throw new AppError('overloaded', `Destination ${id} is being edited by somebody else; try again.`);
}
