/** Orders a redelivery of whatever matches: counted first, then carried out in the background, row by row. */
import { AppError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import type { RedeliveryFilter, RedeliveryRow } from '../store/deliveries/redeliveries.ts';

/** Matches are counted up to here, in at most so many pages. */
const mostCounted = 10_000;
const mostPages = 50;

interface Counted {
  readonly count: number;
  /** At least as many. */
  readonly more: boolean;
}

export async function countRedelivery(ctx: Context, filter: RedeliveryFilter): Promise<Counted> {
  checkFilter(filter);
  return ctx.store.countRedelivery({ filter, most: mostCounted, mostPages });
}

export async function orderRedelivery(
  ctx: Context,
  filter: RedeliveryFilter,
  actor: string,
): Promise<RedeliveryRow> {
  return orderCounted(ctx, filter, await countRedelivery(ctx, filter), actor);
}

/** Of what was counted in another way. */
export async function orderCounted(
  ctx: Context,
  filter: RedeliveryFilter,
  { count, more }: Counted,
  actor: string,
): Promise<RedeliveryRow> {
  const now = ctx.clock.now();
  const row = await ctx.store.createRedelivery({ filter, matching: more ? null : count, actor, now });
  ctx.log.info({
    event: 'redelivery_ordered',
    redelivery: row.id,
    matching: more ? `${count}+` : count,
    actor,
  });
  ctx.wakeUps.wake('redeliveries');
  return row;
}

export async function abortRedelivery(ctx: Context, id: number, actor: string): Promise<RedeliveryRow> {
  const found = await findRedelivery(ctx, id);
  const row = await ctx.store.abortRedelivery({ id, actor, now: ctx.clock.now() });
  if (row) return row;
  throw new AppError('illegal_move', `Redelivery ${id} has ended; what it has sent cannot be taken back.`, {
    cause: found.state,
  });
}

/** @throws AppError `not_found` */
export async function findRedelivery(ctx: Context, id: number): Promise<RedeliveryRow> {
  const row = await ctx.store.getRedelivery({ id });
  if (!row) throw new AppError('not_found', `There is no redelivery ${id}.`);
  return row;
}

/** Sending everything that was ever delivered once more is never meant. */
function checkFilter({ which: _, ...limits }: RedeliveryFilter): void {
  if (Object.values(limits).some((value) => value !== undefined)) return;
  throw new AppError(
    'validation_error',
    'Say what to redeliver: a destination, batch, tag, model, endpoint, outcome, or a time (since, after, before).',
    { pointer: '' },
  );
}
