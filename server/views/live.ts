/**
 * Tells open pages what has changed: one look a second while anybody listens, whatever happens meanwhile, and a message
 * only when something did. The message's id is the newest transition, so a page that comes back misses nothing.
 */
import type { LiveMessage } from '../../core/contract/console.ts';
import type { Context } from '../context.ts';
import type { LiveMark } from '../store/read/live.ts';

const lookMs = 1_000;
/** More moved batches than this are not named. */
const mostNamed = 200;

export type Listener = (id: number, message: LiveMessage) => void;

export class Live {
  readonly #ctx: Context;
  readonly #listeners = new Set<Listener>();
  #looking: AbortController | undefined;
  #mark: LiveMark | undefined;

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  /** @returns stops listening */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (!this.#looking) {
      this.#looking = new AbortController();
      void this.#look(this.#looking.signal);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#looking?.abort();
      this.#looking = undefined;
      this.#mark = undefined;
    };
  }

  /**
   * What a page is told first: which orders run, and that everything may have changed. From this look on nothing is
   * missed, so whatever the page fetches now will be kept true.
   *
   * @param lastId the message that it saw last; null: it has seen none
   */
  async greet(lastId: number | null): Promise<{ readonly id: number; readonly message: LiveMessage }> {
    const mark = await this.#ctx.store.readLiveMark({ now: this.#ctx.clock.now() });
    this.#mark ??= mark;
    const batches = lastId === null ? null : await this.#movedSince(lastId);
    const all = { accepted: true, outcomes: true, hand_overs: true, actions: true };
    return { id: mark.transitionId, message: { batches, ...all, running: mark.running } };
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#ctx;
    while (!signal.aborted) {
      await this.#lookOnce().catch((error) => log.warn({ event: 'live_look_failed', err: error }));
      await clock.pause(lookMs, signal);
    }
  }

  async #lookOnce(): Promise<void> {
    const before = this.#mark;
    const mark = await this.#ctx.store.readLiveMark({ now: this.#ctx.clock.now() });
    this.#mark = mark;
    if (!before) return;
    const message: LiveMessage = {
      batches: mark.transitionId === before.transitionId ? [] : await this.#movedSince(before.transitionId),
      accepted: mark.accepted !== before.accepted,
      outcomes: mark.outcomes !== before.outcomes,
      hand_overs: mark.handOvers !== before.handOvers,
      actions: mark.actionId !== before.actionId || mark.running.join() !== before.running.join(),
      running: mark.running,
    };
    const { batches, accepted, outcomes, hand_overs, actions } = message;
    if (batches?.length === 0 && !accepted && !outcomes && !hand_overs && !actions) return;
    for (const listener of this.#listeners) listener(mark.transitionId, message);
  }

  async #movedSince(transitionId: number): Promise<number[] | null> {
    const moved = await this.#ctx.store.listMovedBatches({
      afterTransitionId: transitionId,
      limit: mostNamed * 5,
    });
    return moved.length > mostNamed ? null : moved;
  }
}
