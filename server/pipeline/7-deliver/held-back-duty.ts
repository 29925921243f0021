/**
 * Duties beside the dispatcher, each in slices that a kill interrupts without harm: redeliveries that were ordered, what
 * a recovered destination shall get now, and what a broken one has held back for too long.
 */
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

  /** Works until nothing is left to do now. */
  async runOnce(): Promise<void> {
    const { store, clock, settings, wakeUps, log } = this.#ctx;
    const limit = sliceRows;
    const goOn = () => !this.#stopping.signal.aborted;
    while (goOn() && (await store.redeliverNext({ limit, now: clock.now() }))) wakeUps.wake('deliveries');
    while (goOn() && (await store.callForward({ limit, now: clock.now() }))) wakeUps.wake('deliveries');
    for (;;) {
      const now = clock.now();
      const ended = await store.giveUpHeld({ dueBefore: now - settings.DELIVERY_HELD_MS, limit, now });
      if (ended > 0) log.warn({ event: 'held_back_given_up', requests: ended });
      if (ended < limit || !goOn()) return;
    }
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
      await this.#ctx.clock.pause(idlePollMs, rest.signal);
      this.#rouse = undefined;
    }
  }
}
