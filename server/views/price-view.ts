/** What each model costs now, and where that price is from. */
import type { Static } from 'typebox';
import type { PricesSchema } from '../../core/contract/prices.ts';
import { priceAt, ratesOf } from '../../core/own-price.ts';
import { batchFactor, lookUpRates, type ModelRates } from '../../core/pricing.ts';
import type { Context } from '../context.ts';
import type { PriceRow } from '../store/prices/prices.ts';
import { isoTime } from './times.ts';

export type PricesView = Static<typeof PricesSchema>;
type ModelPrice = PricesView['models'][number];

/** A price list is read by a person. */
const mostModels = 500;

export async function pricesView({ store, clock }: Pick<Context, 'store' | 'clock'>): Promise<PricesView> {
  const [prices, asked, repricing] = await Promise.all([
    store.listPrices(),
    store.listModels({ limit: mostModels }),
    store.listRepricings(),
  ]);
  const models = [...new Set([...asked, ...prices.map(({ model }) => model)])].sort().slice(0, mostModels);
  const byModel = Map.groupBy(prices, ({ model }) => model);
  const now = clock.now();
  return {
    data: prices.map(priceView),
    models: models.map((model) => modelPrice(model, priceAt(byModel.get(model) ?? [], now))),
    repricing,
  };
}

function priceView(row: PriceRow): PricesView['data'][number] {
  return {
    id: row.id,
    model: row.model,
    from: isoTime(row.from_at),
    input_nano_usd: row.input_nano_usd,
    cached_nano_usd: row.cached_nano_usd,
    output_nano_usd: row.output_nano_usd,
    batch_factor: row.batch_ppm / 1e6,
    set_at: isoTime(row.updated_at),
    set_by: row.updated_by,
  };
}

function modelPrice(model: string, own: PriceRow | null): ModelPrice {
  const rates = own ? ratesOf(own) : lookUpRates(model);
  const none = { model, source: 'none', from: null, list: null, batch: null, dearer_above_tokens: null };
  if (rates === null) return none as ModelPrice;
  return {
    model,
    source: own ? 'set' : 'price list',
    from: own ? isoTime(own.from_at) : null,
    list: nanoOf(rates, 1),
    batch: nanoOf(rates, rates.batchFactor ?? batchFactor),
    dearer_above_tokens: rates.input.tiers[0]?.start ?? null,
  };
}

/** Dollars for a million tokens as nano-dollars. */
function nanoOf({ input, cached, output }: ModelRates, factor: number) {
  const nano = ({ base }: { readonly base: number }) => Math.round(base * factor * 1e9);
  return {
    input_nano_usd: nano(input),
    cached_nano_usd: nano(cached),
    output_nano_usd: nano(output),
  };
}
