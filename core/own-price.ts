/** Prices that an operator has set for a model. They go before the price list, each from its date on. */
import type { ModelRates } from './pricing.ts';

/** As it is stored. */
export interface OwnPrice {
  readonly model: string;
  /** Epoch milliseconds: answers that come at or after this time. */
  readonly from_at: number;
  /** List prices: nano-dollars for a million tokens. */
  readonly input_nano_usd: number;
  readonly cached_nano_usd: number;
  readonly output_nano_usd: number;
  /** What a batch pays of the list price, in millionths. */
  readonly batch_ppm: number;
}

/** What may be set: a million dollars for a million tokens is a slip of the keyboard. */
export const priceBounds = { mostNanoUsd: 1_000_000_000_000_000, mostPpm: 1_000_000 };

/** The price that holds at a time: of those of one model that have begun, the latest. */
export function priceAt<P extends OwnPrice>(prices: readonly P[], at: number): P | null {
  let held: P | null = null;
  for (const price of prices) {
    if (price.from_at <= at && (held === null || price.from_at > held.from_at)) held = price;
  }
  return held;
}

/** What is written to a cache costs what input does: providers that ask more for it have a list price. */
export function ratesOf(price: OwnPrice): ModelRates {
  const flat = (nanoUsd: number) => ({ base: nanoUsd / 1e9, tiers: [] });
  return {
    input: flat(price.input_nano_usd),
    cached: flat(price.cached_nano_usd),
    cacheWrite: flat(price.input_nano_usd),
    output: flat(price.output_nano_usd),
    batchFactor: price.batch_ppm / 1e6,
  };
}
