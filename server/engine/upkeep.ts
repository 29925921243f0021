/**
 * Duties that belong to no batch in particular: removing what was deleted or is past its retention, and files
 * and second batches at the provider that nobody needs. Sweeps over rows, in slices, each at most once in a while.
 */
import { pauseAfter, providerSchedule } from '../../core/backoff.ts';
import type { Context } from '../context.ts';
import { ProviderError } from '../provider/errors.ts';

const pauseMs = 60_000;
const sliceRows = 500;
/** OpenAI repeats a webhook for three days. */
const eventsKeptMs = 4 * 86_400_000;
/** Two megabytes at SQLite's page size: a few milliseconds of the writer. */
const pagesAtOnce = 500;
const cleanupsAtOnce = 10;
/** Figures and the list of orders outlive what they speak of: 400 days, to compare a month with last year's. */
const figuresKeptMs = 400 * 24 * 3_600_000;
/** A batch with outcomes that were not delivered is kept this many times as long as others. */
const undeliveredKeptTimes = 3;
const cleanupLeaseMs = 120_000;

export class Upkeep {
  readonly #ctx: Context;
  readonly #also: readonly (() => Promise<void>)[];
  readonly #sweeps: () => boolean;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;
  #rouse: (() => void) | undefined;
  #awake = false;

  /**
   * @param also further duties for each round, such as reading what operators have set elsewhere
   * @param sweeps whether this process does what one must do for all
   */
  constructor(ctx: Context, also: readonly (() => Promise<void>)[], sweeps: () => boolean = () => true) {
    this.#ctx = ctx;
    this.#also = also;
    this.#sweeps = sweeps;
  }

  /** The last round that ended: when it began and how long it took, in milliseconds. */
  lastRound: { readonly at: number; readonly ms: number } | null = null;

  /** Pause between two rounds. */
  readonly everyMs = pauseMs;

  start(): void {
    const off = this.#ctx.wakeUps.on('upkeep', () => {
      this.#awake = true;
      this.#rouse?.();
    });
    this.#loop = this.#run().finally(off);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#awake = true;
    this.#rouse?.();
    await this.#loop;
  }

  /** One round of every duty. */
  async runOnce(): Promise<void> {
    const { clock, log } = this.#ctx;
    const now = clock.now();
    for (const duty of this.#also) {
      await duty().catch((error) => log.error({ event: 'duty_failed', err: error }));
    }
    if (this.#sweeps()) await this.#sweep(now);
    this.lastRound = { at: now, ms: clock.now() - now };
  }

  async #sweep(now: number): Promise<void> {
    const { store, settings } = this.#ctx;
    const limit = sliceRows;
    await store.wakeForgotten({ now });
    await this.#untilDone(() => store.removeSlice({ limit }));
    await this.#untilDone(() => this.#retire(now));
    await this.#untilDone(() =>
      store.removeBodies({ before: now - settings.RETENTION_BODIES_MS, limit, now }),
    );
    await this.#untilDone(() =>
      store.removeAttempts({ before: now - settings.RETENTION_ATTEMPTS_MS, limit }),
    );
    if (store.dialect === 'sqlite') await this.#untilDone(() => store.releasePages({ pages: pagesAtOnce }));
    await store.removeFigures({ before: now - figuresKeptMs });
    await this.#untilDone(() => store.removeActions({ before: now - figuresKeptMs, limit }));
    await this.#untilDone(() => store.forgetEndedSessions({ before: now, limit }));
    await this.#untilDone(() => store.forgetOpenAIEvents({ before: now - eventsKeptMs, limit }));
    await this.#cleanUpRemotely();
  }

  /** What could not be delivered is kept longer, and its end is told. */
  async #retire(now: number): Promise<boolean> {
    const { store, settings, log } = this.#ctx;
    const before = now - settings.RETENTION_RESULTS_MS;
    const beforeUndelivered = now - undeliveredKeptTimes * settings.RETENTION_RESULTS_MS;
    const retired = await store.retireBatch({ before, beforeUndelivered, now });
    if (retired && retired.undelivered > 0) {
      log.warn({ event: 'undelivered_removed', batch: retired.id, requests: retired.undelivered });
    }
    return retired !== null;
  }

  async #untilDone(slice: () => Promise<boolean>): Promise<void> {
    while (!this.#stopping.signal.aborted && (await slice()));
  }

  async #cleanUpRemotely(): Promise<void> {
    const { store, provider, clock } = this.#ctx;
    const due = await store.claimCleanups({
      credentials: provider.credentials,
      now: clock.now(),
      leaseMs: cleanupLeaseMs,
      limit: cleanupsAtOnce,
    });
    for (const duty of due) {
      try {
        if (duty.kind === 'file') await provider.deleteFile(duty.remote_id, this.#stopping.signal);
        else await provider.cancelBatch(duty.remote_id, this.#stopping.signal);
        await store.finishCleanup({ id: duty.id });
      } catch (error) {
        await this.#postpone(duty.id, duty.tries, error);
      }
    }
    if (due.length === cleanupsAtOnce) this.#awake = true;
  }

  /** What is gone, or has ended by itself, is what was wanted. */
  async #postpone(id: number, tries: number, error: unknown): Promise<void> {
    const { store, clock, settings, log } = this.#ctx;
    if (error instanceof ProviderError && (error.kind === 'not_found' || error.kind === 'conflict')) {
      return store.finishCleanup({ id });
    }
    const message = error instanceof Error ? error.message : String(error);
    const pause = pauseAfter(providerSchedule, tries, this.#ctx.random()) / settings.RETRY_FASTER;
    await store.postponeCleanup({ id, dueAt: Math.round(clock.now() + pause), error: message.slice(0, 500) });
    log.warn({ event: 'remote_cleanup_failed', id, tries, err: error });
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#awake = false;
      await this.runOnce().catch((error) => this.#ctx.log.error({ event: 'upkeep_failed', err: error }));
      if (this.#awake) continue;
      const rest = new AbortController();
      this.#rouse = () => rest.abort();
      await this.#ctx.clock.pause(pauseMs, rest.signal);
    }
  }
}
