/** How long batches usually stand in a state: the 95th percentile of the last ones that left it. */
import { type BatchState, endStates } from '../../core/batch.ts';
import { p95 } from '../../core/usual-time.ts';
import type { Context } from '../context.ts';

/** By state, in milliseconds; null while there are too few samples, or where standing is no waiting. */
export type UsualTimes = Partial<Record<BatchState, number | null>>;

/** Batches looked at for one state. */
const samples = 200;
/** Figures are as fresh as this. */
const trustMs = 30_000;

const known = new WeakMap<
  object,
  Map<BatchState, { readonly usualMs: number | null; readonly until: number }>
>();

export async function usualTimes(ctx: Context, states: Iterable<BatchState>): Promise<UsualTimes> {
  const cache = known.get(ctx) ?? new Map();
  known.set(ctx, cache);
  const found: UsualTimes = {};
  for (const state of new Set(states)) {
    if ((endStates as readonly BatchState[]).includes(state)) continue;
    const now = ctx.clock.now();
    let entry = cache.get(state);
    if (!entry || entry.until < now) {
      entry = { usualMs: p95(await ctx.store.stateTimes({ state, limit: samples })), until: now + trustMs };
      cache.set(state, entry);
    }
    found[state] = entry.usualMs;
  }
  return found;
}
