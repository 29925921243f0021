/** Prices that operators have set, by model and date. */
import type { OwnPrice } from '../../../core/own-price.ts';
import type { Tx } from '../tx.ts';

export interface PriceRow extends OwnPrice {
  readonly id: number;
  readonly updated_at: number;
  readonly updated_by: string;
}

/** Sets the price of a model from a time on; one that begins at the same time is replaced. */
export async function setPrice(
  tx: Tx,
  input: { readonly price: OwnPrice; readonly actor: string; readonly now: number },
): Promise<void> {
  const { price, now } = input;
  await tx.run(
    `insert into prices
       (model, from_at, input_nano_usd, cached_nano_usd, output_nano_usd, batch_ppm, updated_at, updated_by)
     values (?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (model, from_at) do update set
       input_nano_usd = excluded.input_nano_usd, cached_nano_usd = excluded.cached_nano_usd,
       output_nano_usd = excluded.output_nano_usd, batch_ppm = excluded.batch_ppm,
       updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
    price.model,
    price.from_at,
    price.input_nano_usd,
    price.cached_nano_usd,
    price.output_nano_usd,
    price.batch_ppm,
    now,
    input.actor,
  );
  await orderRepricing(tx, price, now);
}

/** Takes a price back: the one before it, or the price list, holds again. Null when there is none of this id. */
export async function removePrice(
  tx: Tx,
  input: { readonly id: number; readonly now: number },
): Promise<PriceRow | null> {
  const row = await tx.get<PriceRow>('delete from prices where id = ? returning *', input.id);
  if (row === undefined) return null;
  await orderRepricing(tx, row, input.now);
  return row;
}

/** By model, the latest first. */
export async function listPrices(tx: Tx): Promise<PriceRow[]> {
  return tx.all<PriceRow>('select * from prices order by model, from_at desc');
}

/** Models that requests were sent for, by name. */
export async function listModels(tx: Tx, input: { readonly limit: number }): Promise<string[]> {
  const rows = await tx.all<{ model: string }>(
    'select distinct model from batch_keys order by model limit ?',
    input.limit,
  );
  return rows.map(({ model }) => model);
}

/** Answers that have come since then are priced again, from the first batch on. */
async function orderRepricing(
  tx: Tx,
  { model, from_at: from }: Pick<OwnPrice, 'model' | 'from_at'>,
  now: number,
): Promise<void> {
  if (from > now) return;
  await tx.run(
    `insert into repricings (model, from_at, batch_id, request_id) values (?, ?, 0, 0)
     on conflict (model) do update set batch_id = 0, request_id = 0,
       from_at = case when repricings.from_at < excluded.from_at then repricings.from_at else excluded.from_at end`,
    model,
    from,
  );
}
