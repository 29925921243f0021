/**
 * Duties beside the dispatcher, each in slices that a kill interrupts without harm: redeliveries that were ordered, what
 * a recovered destination shall get now, and what a broken one has held back for too long.
 */
import { untilBeat } from '../../../core/backoff.ts';
import type { Context } from '../../context.ts';

const sliceRows = 500;
const idlePollMs = 1_000;

export class HeldBackDuty {
  readonly #ctx: Context;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;
  #awake = false;
  #rouse: (() => void) | undefined;

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  start(): void {
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
      const done = [await this.#redeliver(), await this.#callForward(), await this.#giveUp()];
      more = done.includes(true);
    }
  }

  /** A slice of the oldest order. True while there is more, here and below. */
  async #redeliver(): Promise<boolean> {
    const { store, clock, wakeUps } = this.#ctx;
    const some = await store.redeliverNext({ limit: sliceRows, now: clock.now() });
    if (some) wakeUps.wake('deliveries');
    return some;
  }

  async #callForward(): Promise<boolean> {
    const { store, clock, wakeUps } = this.#ctx;
    const some = await store.callForward({ limit: sliceRows, now: clock.now() });
    if (some) wakeUps.wake('deliveries');
    return some;
  }

  async #giveUp(): Promise<boolean> {
    const { store, clock, settings, log } = this.#ctx;
    const now = clock.now();
    const dueBefore = now - settings.DELIVERY_HELD_MS;
    const ended = await store.giveUpHeld({ dueBefore, limit: sliceRows, now });
    if (ended > 0) log.warn({ event: 'held_back_given_up', requests: ended });
    return ended === sliceRows;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#awake = false;
      await this.runOnce().catch((error) =>
        this.#ctx.log.error({ event: 'held_back_duty_failed', err: error }),
      );
      if (this.#awake) continue;
      const rest = new AbortController();
      this.#rouse = () => rest.abort();
      const { clock } = this.#ctx;
      await clock.pause(untilBeat(clock.now(), idlePollMs), rest.signal);
      this.#rouse = undefined;
    }
  }
}
