import type { Context } from '../../context.ts';
import { removeOrphans } from './remove-orphans.ts';
import { sweepOrphans, sweepPauseMs } from './sweep-orphans.ts';

/** The upkeep's part: what was ordered goes now, and once in a while all lists are looked through. */
export class OrphanDuty {
  readonly #ctx: Context;
  #sweptAt: number | null = null;

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  async runOnce(): Promise<void> {
    const { clock, settings } = this.#ctx;
    const signal = AbortSignal.timeout(settings.PROVIDER_TIMEOUT_MS * 10);
    const pauseMs = sweepPauseMs / settings.RETRY_FASTER;
    if (this.#sweptAt === null || clock.now() - this.#sweptAt >= pauseMs) {
      this.#sweptAt = clock.now();
      await this.#try(() => sweepOrphans(this.#ctx, signal));
    }
    await this.#try(() => removeOrphans(this.#ctx, signal));
  }

  /** The provider's trouble must not stop the other duties. */
  async #try(act: () => Promise<unknown>): Promise<void> {
    await act().catch((error) => this.#ctx.log.warn({ event: 'orphans_not_looked_for', err: error }));
  }
}
