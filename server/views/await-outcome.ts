/** Waits until a request has its outcome: wake-ups from this process, a slow look for what others did. */
import type { Context } from '../context.ts';

const lookMs = 1_000;

/** Resolves when the request has an outcome, is gone, or the time is over. */
export async function awaitOutcome(
  ctx: Context,
  customId: string,
  limitMs: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = ctx.clock.now() + limitMs;
  while (!signal.aborted) {
    const look = new AbortController();
    const off = ctx.wakeUps.on('outcomes', () => look.abort());
    try {
      const row = await ctx.store.getRequest({ customId });
      const leftMs = deadline - ctx.clock.now();
      if (!row || row.outcome !== null || leftMs <= 0) return;
      await ctx.clock.pause(Math.min(lookMs, leftMs), AbortSignal.any([look.signal, signal]));
    } finally {
      off();
    }
  }
}
