/**
 * What a request cost, and what it would have cost as a synchronous call.
 *
 * Prices are looked up in `@pydantic/genai-prices`; the batch price is half of each (OpenAI's pricing page,
 * 2026-09). Money is integer nano-dollars: one embedding of ten tokens costs a tenth of a micro-dollar.
 * A model without a known price has no cost: unknown, never zero.
 */
import { calcPrice } from '@pydantic/genai-prices';

/** Batch price divided by list price. */
export const batchFactor = 0.5;

/** Tokens of one answer, as the provider reported them. Cached and cache-written tokens are part of input. */
export interface Usage {
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

/** Both in nano-dollars (1e-9 USD). */
export interface Cost {
  readonly listNanoUsd: number;
  readonly paidNanoUsd: number;
}

/** A price that changes with the size of the prompt: US dollars per million tokens, dearest tier last. */
interface Rate {
  readonly base: number;
  readonly tiers: readonly { readonly start: number; readonly price: number }[];
}

/** The four prices of a model. */
export interface ModelRates {
  readonly input: Rate;
  readonly cached: Rate;
  readonly cacheWrite: Rate;
  readonly output: Rate;
  /** What a batch pays of the list price; `batchFactor` when left out. */
  readonly batchFactor?: number;
}

/**
 * The list prices of a model, or null when they are not known or not by token. Costs about 30 µs: keep the
 * answer while a file of one model is applied.
 */
export function lookUpRates(model: string): ModelRates | null {
  const found = calcPrice({ input_tokens: 1, output_tokens: 1 }, model, { providerId: 'openai' });
  if (found === null) return null;
  const prices = found.model_price;
  const input = toRate(prices['input_mtok']);
  if (input === null) return null;
  return {
    input,
    cached: toRate(prices['cache_read_mtok']) ?? input,
    cacheWrite: toRate(prices['cache_write_mtok']) ?? input,
    output: toRate(prices['output_mtok']) ?? free,
  };
}

const free: Rate = { base: 0, tiers: [] };

function toRate(price: unknown): Rate | null {
  if (typeof price === 'number') return { base: price, tiers: [] };
  if (typeof price !== 'object' || price === null) return null;
  const { base, tiers } = price as { base: number; tiers: { start: number; price: number }[] };
  return { base, tiers: [...tiers].sort((a, b) => a.start - b.start) };
}

/** A tier applies to the whole request once its input is above the tier's start (OpenAI, long context). */
function pricePerMillion(rate: Rate, inputTokens: number): number {
  let price = rate.base;
  for (const tier of rate.tiers) if (inputTokens > tier.start) price = tier.price;
  return price;
}

/** The cost of one answer. */
export function costOf(usage: Usage, rates: ModelRates): Cost {
  const { inputTokens, cachedTokens, cacheWriteTokens, outputTokens } = usage;
  const plainTokens = Math.max(0, inputTokens - cachedTokens - cacheWriteTokens);
  const dollarsPerMillion =
    plainTokens * pricePerMillion(rates.input, inputTokens) +
    cachedTokens * pricePerMillion(rates.cached, inputTokens) +
    cacheWriteTokens * pricePerMillion(rates.cacheWrite, inputTokens) +
    outputTokens * pricePerMillion(rates.output, inputTokens);
  const nanoUsd = dollarsPerMillion * 1_000;
  return {
    listNanoUsd: Math.round(nanoUsd),
    paidNanoUsd: Math.round(nanoUsd * (rates.batchFactor ?? batchFactor)),
  };
}

/** Nano-dollars as US dollars for a reader: two digits, more for small sums. */
export function formatUsd(nanoUsd: number): string {
  const dollars = nanoUsd / 1e9;
  const digits = dollars !== 0 && Math.abs(dollars) < 1 ? 6 : 2;
  return `$${dollars.toFixed(digits)}`;
}
