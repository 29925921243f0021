/**
 * Sends due deliveries of one type, many at once, and records their answers in groups. Each type has a dispatcher of
 * its own, so that a broker that is away takes no place from a webhook.
 *
 * A place is free again at the answer, not at its record; but at most `maxUnrecorded` answers may wait, so that
 * a kill repeats a bounded number of deliveries. Nothing is remembered here that the rows do not say.
 */
import { type AttemptResult, afterAttempt, type NextStep } from '../../../core/delivery.ts';
import type { DestinationType } from '../../../core/destination.ts';
import type { Channel, Parcel } from '../../channels/port.ts';
import type { Context } from '../../context.ts';
import { reach } from '../../engine/kill-points.ts';
import type { ClaimedDelivery } from '../../store/deliveries/claim-deliveries.ts';
import type { Delivered } from '../../store/deliveries/record-deliveries.ts';
import type { DestinationRow, ResultRow } from '../../store/rows.ts';
import { ConfiguredDestinations } from './configure-destination.ts';
import { wrapParcel } from './wrap-parcel.ts';

/** Longer than any attempt can take; after it another process may try. */
export const deliveryLeaseMs = 60_000;
/** An attempt is cut off before its lease ends. */
const longestAttemptMs = deliveryLeaseMs - 10_000;
const maxUnrecorded = 200;
const idlePollMs = 1_000;

/** Messages in flight. */
export interface Places {
  /** All destinations together. */
  readonly concurrency: number;
  /** To one destination where its policy says nothing. */
  readonly perDestination: number;
}

export interface DispatcherOptions extends Places {
  readonly type: DestinationType;
  readonly channel: Channel;
}

export class Dispatcher {
  readonly #ctx: Context;
  readonly #options: DispatcherOptions;
  readonly #configured: ConfiguredDestinations;
  /** Fences every record of this process; its name, so that others know whose a lease is. */
  readonly #leaseToken: string;
  readonly #inFlight = new Map<number, number>();
  readonly #sending = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #answers: Delivered[] = [];
  #beingRecorded = 0;
  #recording: Promise<void> | undefined;
  #loop: Promise<void> | undefined;
  #claiming = false;
  #dropped = false;
  #awake = false;
  /** When a message was last sent into a channel that was down. */
  #triedAt = 0;
  #rouse: (() => void) | undefined;

  constructor(ctx: Context, options: DispatcherOptions) {
    this.#ctx = ctx;
    this.#options = options;
    this.#configured = new ConfiguredDestinations(ctx);
    this.#leaseToken = ctx.replica;
  }

  get busy(): number {
    return this.#sending.size;
  }

  /** Nothing is being claimed, sent or recorded. */
  get isQuiet(): boolean {
    return !this.#claiming && this.#sending.size + this.#answers.length === 0 && !this.#recording;
  }

  get slots(): number {
    return this.#options.concurrency;
  }

  start(): void {
    const off = this.#ctx.wakeUps.on('deliveries', () => this.wake());
    this.#loop = this.#run().finally(off);
  }

  wake(): void {
    this.#awake = true;
    this.#rouse?.();
  }

  /** Claims nothing more; what is in flight may end, and is recorded if it is still ours. Resolves then. */
  async drop(): Promise<void> {
    this.#dropped = true;
    await Promise.allSettled([...this.#sending]);
  }

  /** May claim again. */
  resume(): void {
    this.#dropped = false;
    this.wake();
  }

  /** Sends nothing more; what is in flight may end and is recorded. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#loop;
    await Promise.allSettled([...this.#sending]);
    while (this.#recording) await this.#recording;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#awake = false;
      this.#claiming = true;
      const restMs = await this.#fill().catch((error) => {
        this.#ctx.log.error({ event: 'delivery_claim_failed', err: error });
        return idlePollMs;
      });
      this.#claiming = false;
      if (!this.#awake) await this.#rest(restMs);
    }
  }

  /** Claims as many as there are places. @returns how long to rest afterwards */
  async #fill(): Promise<number> {
    const { store, clock } = this.#ctx;
    const places = this.#freePlaces();
    if (places <= 0 || this.#dropped) return idlePollMs;
    const { deliveries, destinations, nextDueAt } = await store.claimDeliveries({
      type: this.#options.type,
      now: clock.now(),
      limit: places,
      leaseMs: deliveryLeaseMs,
      leaseToken: this.#leaseToken,
      perDestination: this.#options.perDestination,
      inFlight: Object.fromEntries(this.#inFlight),
    });
    if (deliveries.length > 0) await this.#sendAll(deliveries, destinations);
    if (deliveries.length === places) return 0;
    return Math.min(idlePollMs, Math.max(1, (nextDueAt ?? Number.MAX_SAFE_INTEGER) - clock.now()));
  }

  /** While the channel is down one message a second finds out whether it still is; the others keep their attempts. */
  #freePlaces(): number {
    const { concurrency, channel } = this.#options;
    const free = Math.min(
      concurrency - this.#sending.size,
      maxUnrecorded - this.#answers.length - this.#beingRecorded,
    );
    if (channel.isUp !== false) return free;
    const now = this.#ctx.clock.now();
    if (free <= 0 || now < this.#triedAt + idlePollMs) return 0;
    this.#triedAt = now;
    return 1;
  }

  async #sendAll(
    deliveries: readonly ClaimedDelivery[],
    destinations: readonly DestinationRow[],
  ): Promise<void> {
    const rows = new Map(destinations.map((row) => [row.id, row]));
    const results = await this.#ctx.store.getResults({ requestIds: deliveries.map(({ id }) => id) });
    const byId = new Map(results.map((result) => [result.request_id, result]));
    for (const delivery of deliveries) {
      const row = rows.get(delivery.destination_id);
      if (!row) continue;
      // The record of its answer wakes the claim of what comes next: so both are of many, not of one each.
      const sending = this.#send(delivery, byId.get(delivery.id), row).finally(() => {
        this.#sending.delete(sending);
      });
      this.#sending.add(sending);
    }
  }

  async #send(claimed: ClaimedDelivery, result: ResultRow | undefined, row: DestinationRow): Promise<void> {
    const ctx = this.#ctx;
    this.#inFlight.set(row.id, (this.#inFlight.get(row.id) ?? 0) + 1);
    try {
      const { destination, copy } = this.#configured.get(row);
      const parcel = wrapParcel(ctx.installationId, claimed, result, destination);
      const at = ctx.clock.now();
      const answer = await this.#sendInTime(parcel);
      const probe = row.breaker === 'open';
      ctx.metrics.attempts.inc({ outcome: answer.outcome });
      ctx.metrics.deliverySeconds.observe(answer.durationMs / 1_000);
      this.#answers.push({
        requestId: claimed.id,
        batchId: claimed.batch_id,
        destinationId: row.id,
        outcomeNumber: claimed.outcome_number,
        customId: claimed.custom_id,
        attempt: parcel.attempt,
        delivery: claimed.delivery,
        config: copy,
        probe,
        result: answer,
        next: this.#decide(parcel, answer, probe ? heldSince(claimed, row) : null),
        at,
      });
    } catch (error) {
      ctx.log.error({ event: 'delivery_broke', request: claimed.id, err: error });
    } finally {
      const left = (this.#inFlight.get(row.id) ?? 1) - 1;
      if (left > 0) this.#inFlight.set(row.id, left);
      else this.#inFlight.delete(row.id);
      this.#record();
    }
  }

  /** A timer that is cleared: a signal with a time limit would keep each parcel alive until its limit. */
  async #sendInTime(parcel: Parcel): Promise<AttemptResult> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), longestAttemptMs);
    try {
      return await this.#options.channel.send(parcel, late.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * A probe that failed uses up no attempt: its message waits with the others, behind them, but no longer than they.
   *
   * @param since when a probe's message has been held back; null for any other
   */
  #decide(parcel: Parcel, answer: AttemptResult, since: number | null): NextStep {
    const { settings, random, clock } = this.#ctx;
    if (since !== null && answer.outcome !== 'success') {
      const isTooOld = since < clock.now() - settings.DELIVERY_HELD_MS;
      return isTooOld
        ? { kind: 'give_up', why: 'its destination has been broken for too long' }
        : { kind: 'again', pauseMs: 0 };
    }
    const { scheduleMs } = parcel.destination.policy;
    return afterAttempt(answer, parcel.attempt, {
      schedule: scheduleMs,
      spread: random(),
      faster: settings.RETRY_FASTER,
    });
  }

  /** One group at a time: what is answered in the same turn, or meanwhile, goes together. */
  #record(): void {
    if (this.#recording) return;
    this.#recording = this.#recordAnswers().finally(() => {
      this.#recording = undefined;
      this.#beingRecorded = 0;
      if (this.#answers.length > 0) this.#record();
      this.wake();
    });
  }

  async #recordAnswers(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const attempts = this.#answers;
    // A delivery that broke here has no answer, but its place is free again.
    if (attempts.length === 0) return;
    this.#answers = [];
    this.#beingRecorded = attempts.length;
    reach('deliver: answers received, not recorded');
    await this.#recordGroup(attempts);
  }

  async #recordGroup(attempts: readonly Delivered[]): Promise<void> {
    const { store, clock, log, wakeUps, settings } = this.#ctx;
    for (let tries = 0; ; tries++) {
      try {
        const { ended, opened, closed } = await store.recordDeliveries({
          leaseToken: this.#leaseToken,
          now: clock.now(),
          faster: settings.RETRY_FASTER,
          attempts,
        });
        reach('deliver: recorded, driver not told');
        for (const batch of ended) log.info({ event: 'batch_done', batch });
        for (const destination of opened) log.warn({ event: 'breaker_opened', destination });
        for (const destination of closed) log.info({ event: 'breaker_closed', destination });
        wakeUps.wake('outcomes');
        return;
      } catch (error) {
        log.error({ event: 'delivery_record_failed', attempts: attempts.length, err: error });
        if (this.#stopping.signal.aborted && tries >= 2) return;
        await clock.pause(idlePollMs);
      }
    }
  }

  async #rest(ms: number): Promise<void> {
    const rest = new AbortController();
    this.#rouse = () => rest.abort();
    await this.#ctx.clock.pause(ms, rest.signal);
    this.#rouse = undefined;
  }
}

/** Since when an open breaker has kept a message back: a pause before it does not count. */
function heldSince({ updated_at }: ClaimedDelivery, { breaker_opened_at }: DestinationRow): number {
  return Math.max(updated_at, breaker_opened_at ?? 0);
}
