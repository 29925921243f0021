/**
 * A driver carries batches out of the states of its stage. It claims due rows, works on each under a lease that
 * it renews, and goes on until nothing is due. It wakes by an in-process event; the clock is the safety net.
 */
import { randomUUID } from 'node:crypto';
import { pauseAfter, providerSchedule, untilBeat } from '../../core/backoff.ts';
import { type DriverName, statesOf } from '../../core/stages.ts';
import type { Context } from '../context.ts';
import type { BatchRow } from '../store/rows.ts';

/** A batch in hand: the row as claimed, and the token that fences every record about it. */
export interface Held {
  readonly batch: BatchRow;
  readonly leaseToken: string;
  /** Aborts when the lease is lost or the service stops: stop acting at once. */
  readonly signal: AbortSignal;
}

/** Does the work of a stage on one batch. It records its own end; what it throws is recorded as a failed try. */
export type Work = (ctx: Context, held: Held) => Promise<void>;

export interface DriverOptions {
  readonly name: DriverName;
  readonly concurrency: number;
  readonly work: Work;
  readonly ctx: Context;
}

/** A lease outlives the longest answer we wait for, and is renewed three times before it ends. */
export const leaseMs = 90_000;
/** The safety net: how long a due row may wait when every wake-up was missed. */
const idlePollMs = 1_000;
/** What was aborted and has not ended by then hangs: it may, since it can record nothing any more. */
const longestDropMs = 10_000;

interface Claimed {
  readonly batches: readonly Omit<Held, 'signal'>[];
  readonly nextDueAt: number | null;
}

export class Driver {
  readonly #options: DriverOptions;
  readonly #underWay = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;
  /** What ends the work under way when its lease is lost. */
  readonly #held = new Set<AbortController>();
  #dropped = false;
  /** How often it has dropped everything: a claim that was begun before brings nothing. */
  #drops = 0;
  #claiming: Promise<unknown> | undefined;
  #awake = false;
  #rouse: (() => void) | undefined;

  constructor(options: DriverOptions) {
    this.#options = options;
  }

  get name(): DriverName {
    return this.#options.name;
  }

  /** Batches it may work on at once. */
  get slots(): number {
    return this.#options.concurrency;
  }

  get busy(): number {
    return this.#underWay.size;
  }

  start(): void {
    const { ctx, name } = this.#options;
    const off = ctx.wakeUps.on(name, () => this.wake());
    this.#loop = this.#run().finally(off);
  }

  wake(): void {
    this.#awake = true;
    this.#rouse?.();
  }

  /** Claims nothing more, lets work under way end until `graceMs` are over, then aborts it. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#loop;
    const done = Promise.allSettled([...this.#underWay]);
    const late = new AbortController();
    await Promise.race([done, this.#options.ctx.clock.pause(graceMs, late.signal)]);
    late.abort();
    this.#abortWork.abort();
    await done;
  }

  /**
   * Aborts all work and claims nothing more: its leases may be somebody else's soon. Resolves when nothing is
   * done any more, or only what hangs.
   */
  async drop(): Promise<void> {
    this.#dropped = true;
    this.#drops += 1;
    for (const lost of this.#held) lost.abort();
    const over = new AbortController();
    const done = Promise.allSettled([this.#claiming, ...this.#underWay]);
    await Promise.race([done, this.#options.ctx.clock.pause(longestDropMs, over.signal)]);
    over.abort();
  }

  /** May claim again. */
  resume(): void {
    this.#dropped = false;
    this.wake();
  }

  readonly #abortWork = new AbortController();

  /** One round: claims what is due, as far as there are places, and waits for it. @returns batches worked on */
  async runOnce(): Promise<number> {
    const { batches } = await this.#claim(this.#options.concurrency - this.#underWay.size);
    await Promise.all(batches.map((held) => this.#work(held)));
    return batches.length;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#awake = false;
      const places = this.#options.concurrency - this.#underWay.size;
      const waitMs = places > 0 && !this.#dropped ? await this.#fill(places) : idlePollMs;
      if (!this.#awake) await this.#rest(Math.min(waitMs, this.#untilNextLook()));
    }
  }

  /** @returns how long to rest afterwards */
  async #fill(places: number): Promise<number> {
    try {
      const { batches, nextDueAt } = await this.#claim(places);
      for (const held of batches) {
        const work = this.#work(held).finally(() => {
          this.#underWay.delete(work);
          this.wake();
        });
        this.#underWay.add(work);
      }
      if (batches.length === places) return 0;
      return Math.min(
        idlePollMs,
        Math.max(1, (nextDueAt ?? Number.MAX_SAFE_INTEGER) - this.#options.ctx.clock.now()),
      );
    } catch (error) {
      this.#options.ctx.log.error({ event: 'claim_failed', driver: this.#options.name, err: error });
      return idlePollMs;
    }
  }

  #untilNextLook(): number {
    return untilBeat(this.#options.ctx.clock.now(), idlePollMs);
  }

  async #rest(ms: number): Promise<void> {
    const rest = new AbortController();
    this.#rouse = () => rest.abort();
    await this.#options.ctx.clock.pause(ms, rest.signal);
    this.#rouse = undefined;
  }

  #claim(limit: number): Promise<Claimed> {
    const claiming = this.#claimDue(limit);
    this.#claiming = claiming;
    return claiming;
  }

  async #claimDue(limit: number): Promise<Claimed> {
    const { ctx, name } = this.#options;
    if (ctx.live.pauseOf(name)) return { batches: [], nextDueAt: null };
    const leaseToken = randomUUID();
    const drops = this.#drops;
    const claimed = await ctx.store.claimBatches({
      states: statesOf(name),
      now: ctx.clock.now(),
      limit,
      leaseMs,
      leaseToken,
      owner: ctx.replica,
    });
    const batches = claimed.batches.map((batch) => ({ batch, leaseToken }));
    if (drops === this.#drops) return { ...claimed, batches };
    await this.#giveBack(batches);
    return { batches: [], nextDueAt: null };
  }

  /** The lease may have been ended already, with all others of this replica; then this does nothing. */
  async #giveBack(claimed: readonly Omit<Held, 'signal'>[]): Promise<void> {
    const { store, log } = this.#options.ctx;
    const releases = claimed.map(({ batch, leaseToken }) => ({ batchId: batch.id, leaseToken, facts: {} }));
    await store.releaseBatches({ releases }).catch((error) =>
      log.warn({
        event: 'batches_not_given_back',
        batches: releases.map(({ batchId }) => batchId),
        err: error,
      }),
    );
  }

  async #work({ batch, leaseToken }: Omit<Held, 'signal'>): Promise<void> {
    const { ctx, work, name } = this.#options;
    const lost = new AbortController();
    this.#held.add(lost);
    if (this.#dropped) lost.abort();
    const signal = AbortSignal.any([lost.signal, this.#abortWork.signal]);
    const ended = new AbortController();
    const renewing = this.#renew(batch.id, leaseToken, lost, ended.signal);
    try {
      await work(ctx, { batch, leaseToken, signal });
    } catch (error) {
      if (!lost.signal.aborted) await this.#recordFailure(batch, leaseToken, error);
      else ctx.log.warn({ event: 'lease_lost', driver: name, batch: batch.id });
    } finally {
      this.#held.delete(lost);
      ended.abort();
      await renewing;
    }
  }

  async #renew(
    batchId: number,
    leaseToken: string,
    lost: AbortController,
    ended: AbortSignal,
  ): Promise<void> {
    const { ctx } = this.#options;
    let until = ctx.clock.now() + leaseMs;
    while (!ended.aborted) {
      await ctx.clock.pause(leaseMs / 3, ended);
      if (ended.aborted) return;
      const next = ctx.clock.now() + leaseMs;
      const kept = await ctx.store.keepLease({ batchId, leaseToken, until: next }).catch(() => null);
      if (kept) until = next;
      // A lease that could not be renewed holds until its end; the next try comes before that or too late.
      if (kept === false || ctx.clock.now() + leaseMs / 3 >= until) {
        lost.abort();
        return;
      }
    }
  }

  /** A failed try is visible on the batch: what went wrong, how often, and when the next one is. */
  async #recordFailure(batch: BatchRow, leaseToken: string, error: unknown): Promise<void> {
    const { ctx, name } = this.#options;
    const now = ctx.clock.now();
    const tries = batch.tries + 1;
    const pauseMs = pauseAfter(providerSchedule, tries, ctx.random()) / ctx.settings.RETRY_FASTER;
    const message = error instanceof Error ? error.message : String(error);
    ctx.log.warn({ event: 'try_failed', driver: name, batch: batch.id, tries, err: error });
    await ctx.store
      .recordFacts({
        batchId: batch.id,
        leaseToken,
        facts: {
          tries,
          last_error: message.slice(0, 2_000),
          last_error_at: now,
          due_at: Math.round(now + pauseMs),
        },
        release: true,
      })
      .catch((cause) => ctx.log.error({ event: 'record_failed', batch: batch.id, err: cause }));
  }
}
