/** Prices that operators set, and pricing again what has come since. */
import type { NewPrice } from '../../core/contract/prices.ts';
import { AppError } from '../../core/errors.ts';
import { batchFactor, lookUpRates } from '../../core/pricing.ts';
import type { Context } from '../context.ts';

/** A slice is as large as the writer gives to bulk work beside intake. */
const sliceRows = 200;
/** About one full batch; then other duties have their turn. */
const slicesInARound = 250;

/** @param from epoch milliseconds */
export async function setPrice(ctx: Context, given: NewPrice, from: number, actor: string): Promise<void> {
  await ctx.store.setPrice({
    price: {
      model: given.model,
      from_at: from,
      input_nano_usd: given.input_nano_usd,
      cached_nano_usd: given.cached_nano_usd ?? given.input_nano_usd,
      output_nano_usd: given.output_nano_usd,
      batch_ppm: Math.round((given.batch_factor ?? batchFactor) * 1e6),
    },
    actor,
    now: ctx.clock.now(),
  });
  ctx.log.info({ event: 'price_set', model: given.model, from, actor });
  ctx.wakeUps.wake('upkeep');
}

/** @throws AppError `not_found` */
export async function removePrice(ctx: Context, id: number, actor: string): Promise<void> {
  const row = await ctx.store.removePrice({ id, now: ctx.clock.now() });
  if (!row) throw new AppError('not_found', `There is no price ${id}.`);
  ctx.log.info({ event: 'price_removed', model: row.model, from: row.from_at, actor });
  ctx.wakeUps.wake('upkeep');
}

/** Some slices of what is to be priced again; wakes upkeep when there is more. */
export async function reprice({ store, wakeUps }: Pick<Context, 'store' | 'wakeUps'>): Promise<void> {
  for (const model of await store.listRepricings()) {
    const listed = lookUpRates(model);
    let more = true;
    for (let slice = 0; more && slice < slicesInARound; slice++) {
      more = await store.repriceSlice({ model, listed, limit: sliceRows });
    }
    if (more) wakeUps.wake('upkeep');
  }
}
