/**
 * Sends due deliveries of one type, many at once, and records their answers in groups. Each type has a dispatcher of
 * its own, so that a broker that is away takes no place from a webhook.
 *
 * A place is free again at the answer, not at its record, and is filled from what was claimed ahead; but what was sent
 * and is not recorded is never more than all places and `maxUnrecorded`, so that a kill repeats a bounded number of
 * deliveries. Nothing is remembered here that the rows do not say.
 */
import { untilBeat } from '../../../core/backoff.ts';
import type { AttemptOutcome } from '../../../core/delivery.ts';
import type { DestinationType } from '../../../core/destination.ts';
import type { Channel } from '../../channels/port.ts';
import type { Context } from '../../context.ts';
import type { ClaimedDelivery } from '../../store/deliveries/claim-deliveries.ts';
import type { Delivered, RecordDeliveriesOutput } from '../../store/deliveries/record-deliveries.ts';
import { withReserve } from '../../store/deliveries/share-places.ts';
import type { ResultLine } from '../../store/read/requests.ts';
import { AnswerRecorder } from './answer-recorder.ts';
import { attemptDelivery, deliveryLeaseMs, longestOnShelfMs } from './attempt-delivery.ts';
import { ConfiguredDestinations } from './configure-destination.ts';
import { Pace } from './pace.ts';
import { Shelf, type Shelved } from './shelf.ts';
import { Windows } from './windows.ts';

/** A broker confirms all places at once: they shall not stand empty until that is recorded. */
const maxUnrecorded = 200;
const idlePollMs = 1_000;
/** A claim for fewer than these, with no place free, is not worth its commit. */
const leastAhead = 64;

/** Messages in flight. */
export interface Places {
  /** One destination may fill them alone; an eighth more is kept for others. */
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
  readonly #places: number;
  readonly #configured: ConfiguredDestinations;
  /** Fences every record of this process; its name, so that others know whose a lease is. */
  readonly #leaseToken: string;
  readonly #recorder: AnswerRecorder;
  readonly #shelf = new Shelf();
  readonly #pace = new Pace();
  readonly #windows: Windows;
  readonly #inFlight = new Map<number, number>();
  readonly #sending = new Set<Shelved>();
  /** What is in flight has been given back: its answers mean nothing any more. */
  #abandoned = false;
  /** Answers since the last record, for the metrics. */
  readonly #counts = new Map<AttemptOutcome, number>();
  /** Told when nothing is being sent any more. */
  #whenSent: (() => void)[] = [];
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;
  #claim: Promise<number> | undefined;
  /** Whether something was claimed while the present group was recorded. */
  #claimedBeside = false;
  #dropped = false;
  /** Claimed, and not to be sent: put back before the next claim, when the store can be reached again. */
  #leftBehind: ClaimedDelivery[] = [];
  #awake = false;
  #filling = false;
  /** When a message was last sent into a channel that was down. */
  #triedAt = 0;
  #rouse: (() => void) | undefined;

  constructor(ctx: Context, options: DispatcherOptions) {
    this.#ctx = ctx;
    this.#options = options;
    this.#places = withReserve(options.concurrency);
    this.#windows = new Windows(options.concurrency);
    this.#configured = new ConfiguredDestinations(ctx);
    this.#leaseToken = ctx.replica;
    this.#recorder = new AnswerRecorder(ctx, {
      leaseToken: this.#leaseToken,
      onRecording: () => this.#claimBeside(),
      onRecorded: (output) => this.#afterRecord(output),
    });
  }

  get busy(): number {
    return this.#sending.size;
  }

  /** Nothing is being claimed, sent or recorded. */
  get isQuiet(): boolean {
    return !this.#claim && this.#sending.size + this.#shelf.size + this.#recorder.unrecorded === 0;
  }

  get slots(): number {
    return this.#places;
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
    this.#leftBehind.push(...this.#shelf.dropAll());
    // What it brings is put back.
    await this.#claim;
    await this.#allSent();
  }

  /** May claim again. */
  resume(): void {
    this.#dropped = false;
    this.wake();
  }

  /**
   * Sends nothing more. What is in flight may end until `graceMs` are over, and is recorded; the rest is given back, and
   * will be sent again.
   */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    this.wake();
    const late = new AbortController();
    const overdue = this.#ctx.clock.pause(graceMs, late.signal);
    await this.#loop;
    await this.#claim;
    await this.#putBack(this.#shelf.dropAll());
    await Promise.race([this.#allSent(), overdue]);
    late.abort();
    this.#abandoned = true;
    const abandoned = [...this.#sending].map(({ delivery }) => delivery);
    if (abandoned.length > 0) {
      this.#ctx.log.warn({ event: 'deliveries_abandoned', deliveries: abandoned.length });
    }
    await Promise.all([this.#recorder.stop(), this.#putBack(abandoned)]);
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#awake = false;
      const restMs = await this.#claimOnce();
      if (!this.#awake) await this.#rest(Math.min(restMs, untilBeat(this.#ctx.clock.now(), idlePollMs)));
    }
  }

  /** One claim at a time. @returns how long to rest afterwards */
  #claimOnce(): Promise<number> {
    this.#claim ??= this.#claimNext()
      .catch((error) => {
        this.#ctx.log.error({ event: 'delivery_claim_failed', err: error });
        return idlePollMs;
      })
      .finally(() => {
        this.#claim = undefined;
      });
    return this.#claim;
  }

  /** While destinations answer fast, a claim shares the commit of what they have answered. */
  #claimBeside(): void {
    this.#claimedBeside = !this.#stopping.signal.aborted && sum(this.#roomAhead()) >= leastAhead;
    if (this.#claimedBeside) void this.#claimOnce();
  }

  /** Claims as many as there are places, and ahead of them. Orders it before it waits for anything. */
  async #claimNext(): Promise<number> {
    const { store, clock, settings } = this.#ctx;
    if (this.#dropped) return idlePollMs;
    if (this.#paused) {
      await this.#putBack(this.#shelf.dropAll());
      return idlePollMs;
    }
    if (this.#leftBehind.length > 0) await this.#putBack(this.#leftBehind.splice(0));
    void this.#putBack(this.#shelf.dropOlder(clock.now() - longestOnShelfMs));
    this.#fill();
    const isTrial = this.#options.channel.isUp === false;
    const places = Math.max(0, this.#placesToClaim());
    const room = this.#roomAhead();
    const isLittle = sum(room) < leastAhead;
    if (places === 0 && isLittle) return idlePollMs;
    // A few more are not worth a commit while others stand here.
    const ahead = isLittle && this.#shelf.size > 0 ? new Map<number, number>() : room;
    this.#pace.begin(performance.now());
    const now = clock.now();
    const { deliveries, destinations, nextDueAt } = await store.claimDeliveries({
      type: this.#options.type,
      now,
      limit: places,
      leaseMs: deliveryLeaseMs,
      leaseToken: this.#leaseToken,
      perDestination: this.#options.perDestination,
      inFlight: Object.fromEntries(this.#inFlight),
      windows: { of: this.#windows.all(this.#inFlight, performance.now()), first: this.#windows.first },
      ahead: Object.fromEntries(ahead),
      mostHeldMs: settings.DELIVERY_HELD_MS,
    });
    if (this.#dropped) return this.#putBack(deliveries).then(() => idlePollMs);
    this.#shelf.add(deliveries, destinations, now);
    if (isTrial) this.#sendFromShelf(places);
    else this.#fill();
    if (places > 0 && deliveries.length >= places) return 0;
    return Math.min(idlePollMs, Math.max(1, (nextDueAt ?? Number.MAX_SAFE_INTEGER) - clock.now()));
  }

  /** By order, on every replica. */
  get #paused(): boolean {
    return this.#ctx.live.pauseOf('send') !== undefined;
  }

  #freePlaces(): number {
    return this.#places - this.#sending.size + Math.min(0, maxUnrecorded - this.#recorder.unrecorded);
  }

  /** While the channel is down one message a second finds out whether it still is; the others keep their attempts. */
  #placesToClaim(): number {
    const free = this.#freePlaces();
    if (this.#options.channel.isUp !== false) return free;
    const now = this.#ctx.clock.now();
    if (free <= 0 || now < this.#triedAt + idlePollMs) return 0;
    this.#triedAt = now;
    return 1;
  }

  /** What each destination will have taken by the next claim, less what stands here for it. */
  #roomAhead(): Map<number, number> {
    const room = new Map<number, number>();
    if (this.#options.channel.isUp === false || this.#stopping.signal.aborted) return room;
    for (const [id, count] of this.#pace.ahead(performance.now())) {
      const left = count - this.#shelf.countOf(id);
      if (left > 0) room.set(id, left);
    }
    return room;
  }

  /** At the end of the turn, so that what several answers have freed is filled together. */
  #fillSoon(): void {
    if (this.#filling || this.#shelf.size === 0) return;
    this.#filling = true;
    setImmediate(() => {
      this.#filling = false;
      this.#fill();
    });
  }

  #fill(): void {
    if (this.#stopping.signal.aborted || this.#paused || this.#options.channel.isUp === false) return;
    this.#sendFromShelf(this.#freePlaces());
  }

  #sendFromShelf(places: number): void {
    const now = performance.now();
    const shelved = this.#shelf.take(places, this.#inFlight, ({ id, concurrency }, inFlight) =>
      Math.min(concurrency ?? this.#options.perDestination, this.#windows.of(id, inFlight, now)),
    );
    if (shelved.length === 0) return;
    for (const one of shelved) {
      this.#sending.add(one);
      const inFlight = (this.#inFlight.get(one.row.id) ?? 0) + 1;
      this.#inFlight.set(one.row.id, inFlight);
      this.#windows.sent(one.row.id, inFlight, now);
    }
    void this.#sendAll(shelved);
  }

  #allSent(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#sending.size === 0) resolve();
      else this.#whenSent.push(resolve);
    });
  }

  /** Never rejects. */
  async #sendAll(shelved: readonly Shelved[]): Promise<void> {
    const { store, log } = this.#ctx;
    const requestIds = shelved.map(({ delivery }) => delivery.id);
    const lines = await store.resultLines({ requestIds }).catch((error) => {
      log.error({ event: 'deliveries_not_read', requests: requestIds, err: error });
      return null;
    });
    if (!lines) this.#leftBehind.push(...shelved.map(({ delivery }) => delivery));
    const byId = new Map(lines?.map((line) => [line.request_id, line]));
    const bare: number[] = [];
    for (const one of shelved) {
      const line = byId.get(one.delivery.id);
      const isBare = line === undefined && one.delivery.outcome === 'succeeded';
      if (isBare && lines) bare.push(one.delivery.id);
      if (isBare || !lines || this.#abandoned) this.#leave(one, null);
      else this.#send(one, line);
    }
    // They were removed since they were claimed. Without its result a success would be told as a failure.
    if (bare.length > 0) log.warn({ event: 'outcomes_without_result', requests: bare });
  }

  #send(shelved: Shelved, line: ResultLine | undefined): void {
    const { row, delivery } = shelved;
    const broke = (error: unknown) => {
      this.#ctx.log.error({ event: 'delivery_broke', request: delivery.id, err: error });
      this.#leave(shelved, null);
    };
    try {
      attemptDelivery(this.#ctx, this.#options.channel, shelved, line, this.#configured.get(row)).then(
        (answer) => this.#leave(shelved, answer),
        broke,
      );
    } catch (error) {
      broke(error);
    }
  }

  /** Frees a place; null: without an answer. */
  #leave(shelved: Shelved, answer: Delivered | null): void {
    this.#sending.delete(shelved);
    const { id } = shelved.row;
    const left = (this.#inFlight.get(id) ?? 1) - 1;
    if (left > 0) this.#inFlight.set(id, left);
    else this.#inFlight.delete(id);
    if (answer && !this.#abandoned) this.#take(answer);
    this.#fillSoon();
    if (this.#sending.size === 0) for (const resolve of this.#whenSent.splice(0)) resolve();
  }

  #take(answer: Delivered): void {
    const { destinationId, result } = answer;
    const { metrics } = this.#ctx;
    const isGood = result.outcome === 'success';
    this.#counts.set(result.outcome, (this.#counts.get(result.outcome) ?? 0) + 1);
    metrics.deliverySeconds.observe(result.durationMs / 1_000);
    this.#pace.note(destinationId, isGood);
    this.#windows.answered(destinationId, isGood, performance.now());
    // It gets no more than its health allows now, and that is for the next claim to say.
    if (!isGood) void this.#putBack(this.#shelf.drop(destinationId));
    this.#recorder.add(answer, this.#sending.size > 0);
  }

  #afterRecord(output: RecordDeliveriesOutput | null): void {
    const { log, wakeUps, metrics } = this.#ctx;
    for (const [outcome, count] of this.#counts) metrics.attempts.inc({ outcome }, count);
    this.#counts.clear();
    for (const batch of output?.ended ?? []) log.info({ event: 'batch_done', batch });
    for (const destination of output?.opened ?? []) log.warn({ event: 'breaker_opened', destination });
    for (const destination of output?.closed ?? []) log.info({ event: 'breaker_closed', destination });
    if (output) wakeUps.wake('outcomes');
    if (!this.#claimedBeside || this.#shelf.size === 0) this.wake();
  }

  /** What will not be sent soon is for whoever claims next. */
  async #putBack(deliveries: readonly ClaimedDelivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    const { store, clock, log } = this.#ctx;
    const held = deliveries.map(({ id, destination_id, lease_until }) => ({
      id,
      destination_id,
      lease_until,
    }));
    await store
      .putBackDeliveries({ deliveries: held, leaseToken: this.#leaseToken, now: clock.now() })
      .catch((error) => {
        log.warn({ event: 'deliveries_not_put_back', requests: held.map(({ id }) => id), err: error });
        this.#leftBehind.push(...deliveries);
      });
  }

  async #rest(ms: number): Promise<void> {
    const rest = new AbortController();
    this.#rouse = () => rest.abort();
    await this.#ctx.clock.pause(ms, rest.signal);
    this.#rouse = undefined;
  }
}

function sum(counts: ReadonlyMap<number, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
