/**
 * Duties beside the dispatcher, each in slices that a kill interrupts without harm: redeliveries that were ordered, what
 * a recovered destination shall get now, and what a broken one has held back for too long.
 */
import { untilBeat } from '../../../core/backoff.ts';
import { firstProbesMs } from '../../../core/breaker.ts';
import type { Context } from '../../context.ts';

const sliceRows = 500;
const idlePollMs = 1_000;
/** A redelivery that failed for a reason of its own lets others pass meanwhile. */
const afterFailureMs = 60_000;

export class HeldBackDuty {
  readonly #ctx: Context;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;
  #awake = false;
  #rouse: (() => void) | undefined;
  /** Since when probes may go out, as far as it is for this process to say. */
  #sendingSince: number;

  constructor(ctx: Context) {
    this.#ctx = ctx;
    this.#sendingSince = ctx.clock.now();
  }

  start(): void {
    this.#sendingSince = this.#ctx.clock.now();
    const off = this.#ctx.wakeUps.on('redeliveries', () => this.wake());
    this.#loop = this.#run().finally(off);
  }

  wake(): void {
    this.#awake = true;
    this.#rouse?.();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#loop;
  }

  /** Works until nothing is left to do now, by turns: a long redelivery does not hold up a recovered destination. */
  async runOnce(): Promise<void> {
    for (let more = true; more && !this.#stopping.signal.aborted; ) {
      const done = [
        await this.#try('redeliver', () => this.#redeliver()),
        await this.#try('call_forward', () => this.#callForward()),
        await this.#try('give_up', () => this.#giveUp()),
      ];
      more = done.includes(true);
    }
  }

  /** One that fails stops none of the others. */
  #try(duty: string, slice: () => Promise<boolean>): Promise<boolean> {
    return slice().catch((error) => {
      this.#ctx.log.error({ event: 'held_back_duty_failed', duty, err: error });
      return false;
    });
  }

  /** A slice of the oldest order. True while there is more, here and below. */
  async #redeliver(): Promise<boolean> {
    const { store, clock, wakeUps } = this.#ctx;
    const some = await store
      .redeliverNext({ limit: sliceRows, now: clock.now() })
      .catch((error) => this.#postponeRedelivery(error));
    if (some) wakeUps.wake('deliveries');
    return some;
  }

  /** Says on the order what went wrong, and lets the next one have its turn. */
  async #postponeRedelivery(cause: unknown): Promise<never> {
    const { store, clock, settings } = this.#ctx;
    const now = clock.now();
    const dueAt = Math.round(now + afterFailureMs / settings.RETRY_FASTER);
    const error = cause instanceof Error ? cause.message : String(cause);
    await store.postponeRedelivery({ error: error.slice(0, 500), now, dueAt });
    throw cause;
  }

  async #callForward(): Promise<boolean> {
    const { store, clock, wakeUps } = this.#ctx;
    const some = await store.callForward({ limit: sliceRows, now: clock.now() });
    if (some) wakeUps.wake('deliveries');
    return some;
  }

  /** Only what a probe had its chance to free: nothing while no message is sent, and not at once afterwards. */
  async #giveUp(): Promise<boolean> {
    const { store, clock, settings, log, live } = this.#ctx;
    const now = clock.now();
    const mostHeldMs = settings.DELIVERY_HELD_MS;
    if (live.pauseOf('send')) this.#sendingSince = now;
    if (now - this.#sendingSince < firstProbesMs(mostHeldMs)) return false;
    const ended = await store.giveUpHeld({ mostHeldMs, limit: sliceRows, now });
    if (ended > 0) log.warn({ event: 'held_back_given_up', requests: ended });
    return ended >= sliceRows;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#awake = false;
      await this.runOnce();
      if (this.#awake) continue;
      const rest = new AbortController();
      this.#rouse = () => rest.abort();
      const { clock } = this.#ctx;
      await clock.pause(untilBeat(clock.now(), idlePollMs), rest.signal);
      this.#rouse = undefined;
    }
  }
}
