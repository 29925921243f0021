/**
 * Sends due deliveries, many at once, and records their answers in groups.
 *
 * A place is free again at the answer, not at its record; but at most `maxUnrecorded` answers may wait, so that
 * a kill repeats a bounded number of deliveries. Nothing is remembered here that the rows do not say.
 */
import { randomUUID } from 'node:crypto';
import { type AttemptResult, afterAttempt } from '../../../core/delivery.ts';
import type { Channel, Parcel } from '../../channels/port.ts';
import type { Context } from '../../context.ts';
import { reach } from '../../engine/kill-points.ts';
import type { ClaimedDelivery } from '../../store/deliveries/claim-deliveries.ts';
import type { Delivered } from '../../store/deliveries/record-deliveries.ts';
import type { ResultRow } from '../../store/rows.ts';
import { wrapParcel } from './wrap-parcel.ts';

/** Longer than any attempt can take; after it another process may try. */
export const deliveryLeaseMs = 60_000;
/** An attempt is cut off before its lease ends. */
const longestAttemptMs = deliveryLeaseMs - 10_000;
const maxUnrecorded = 200;
const idlePollMs = 1_000;

export class Dispatcher {
  readonly #ctx: Context;
  readonly #channels: Readonly<Record<string, Channel>>;
  /** Fences every record of this process. */
  readonly #leaseToken = randomUUID();
  readonly #inFlight = new Map<number, number>();
  readonly #sending = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #answers: Delivered[] = [];
  #beingRecorded = 0;
  #recording: Promise<void> | undefined;
  #loop: Promise<void> | undefined;
  #awake = false;
  #rouse: (() => void) | undefined;

  constructor(ctx: Context, channels: Readonly<Record<string, Channel>>) {
    this.#ctx = ctx;
    this.#channels = channels;
  }

  get busy(): number {
    return this.#sending.size;
  }

  start(): void {
    const off = this.#ctx.wakeUps.on('deliveries', () => this.wake());
    this.#loop = this.#run().finally(off);
  }

  wake(): void {
    this.#awake = true;
    this.#rouse?.();
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
      const restMs = await this.#fill().catch((error) => {
        this.#ctx.log.error({ event: 'delivery_claim_failed', err: error });
        return idlePollMs;
      });
      if (!this.#awake) await this.#rest(restMs);
    }
  }

  /** Claims as many as there are places. @returns how long to rest afterwards */
  async #fill(): Promise<number> {
    const { store, clock, settings } = this.#ctx;
    const places = Math.min(
      settings.DELIVERY_CONCURRENCY - this.#sending.size,
      maxUnrecorded - this.#answers.length - this.#beingRecorded,
    );
    if (places <= 0) return idlePollMs;
    const { deliveries, nextDueAt } = await store.claimDeliveries({
      now: clock.now(),
      limit: places,
      leaseMs: deliveryLeaseMs,
      leaseToken: this.#leaseToken,
      perDestination: settings.DELIVERY_PER_DESTINATION,
      inFlight: Object.fromEntries(this.#inFlight),
    });
    if (deliveries.length > 0) await this.#sendAll(deliveries);
    if (deliveries.length === places) return 0;
    return Math.min(idlePollMs, Math.max(1, (nextDueAt ?? Number.MAX_SAFE_INTEGER) - clock.now()));
  }

  async #sendAll(deliveries: readonly ClaimedDelivery[]): Promise<void> {
    const results = await this.#ctx.store.getResults({ requestIds: deliveries.map(({ id }) => id) });
    const byId = new Map(results.map((result) => [result.request_id, result]));
    for (const delivery of deliveries) {
      const sending = this.#send(delivery, byId.get(delivery.id)).finally(() => {
        this.#sending.delete(sending);
        this.wake();
      });
      this.#sending.add(sending);
    }
  }

  async #send(claimed: ClaimedDelivery, result: ResultRow | undefined): Promise<void> {
    const ctx = this.#ctx;
    const { destination_id: destinationId } = claimed;
    this.#inFlight.set(destinationId, (this.#inFlight.get(destinationId) ?? 0) + 1);
    try {
      const parcel = wrapParcel(ctx.installationId, claimed, result);
      const { type } = parcel.target as { type: string };
      const at = ctx.clock.now();
      const channel = this.#channels[type];
      if (!channel) throw new Error(`no channel for deliveries of type ${type}`);
      const answer = await this.#sendInTime(channel, parcel);
      const next = this.#pace(afterAttempt(answer, parcel.attempt, ctx.random()));
      ctx.metrics.attempts.inc({ outcome: answer.outcome });
      ctx.metrics.deliverySeconds.observe(answer.durationMs / 1_000);
      this.#answers.push({
        requestId: claimed.id,
        batchId: claimed.batch_id,
        destinationId,
        outcomeNumber: claimed.outcome_number,
        attempt: parcel.attempt,
        delivery: claimed.delivery,
        result: answer,
        next,
        at,
      });
    } catch (error) {
      ctx.log.error({ event: 'delivery_broke', request: claimed.id, err: error });
    } finally {
      const left = (this.#inFlight.get(destinationId) ?? 1) - 1;
      if (left > 0) this.#inFlight.set(destinationId, left);
      else this.#inFlight.delete(destinationId);
      this.#record();
    }
  }

  /** A timer that is cleared: a signal with a time limit would keep each parcel alive until its limit. */
  async #sendInTime(channel: Channel, parcel: Parcel): Promise<AttemptResult> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), longestAttemptMs);
    try {
      return await channel.send(parcel, late.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  #pace(next: ReturnType<typeof afterAttempt>): ReturnType<typeof afterAttempt> {
    if (next.kind !== 'again') return next;
    return { ...next, pauseMs: Math.round(next.pauseMs / this.#ctx.settings.RETRY_FASTER) };
  }

  /** One group at a time: what is answered meanwhile forms the next. */
  #record(): void {
    if (this.#recording || this.#answers.length === 0) return;
    const attempts = this.#answers;
    this.#answers = [];
    this.#beingRecorded = attempts.length;
    reach('deliver: answers received, not recorded');
    this.#recording = this.#recordGroup(attempts).finally(() => {
      this.#recording = undefined;
      this.#beingRecorded = 0;
      this.#record();
      this.wake();
    });
  }

  async #recordGroup(attempts: readonly Delivered[]): Promise<void> {
    const { store, clock, log, wakeUps } = this.#ctx;
    for (let tries = 0; ; tries++) {
      try {
        const ended = await store.recordDeliveries({
          leaseToken: this.#leaseToken,
          now: clock.now(),
          attempts,
        });
        reach('deliver: recorded, driver not told');
        for (const batch of ended) log.info({ event: 'batch_done', batch });
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
