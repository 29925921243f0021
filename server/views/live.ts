/**
 * Tells open pages what has changed: one look a second while anybody listens, whatever happens meanwhile, and a message
 * only when something did. The message's id is the newest transition, so a page that comes back misses nothing. Each look
 * goes back over the latest moves, since an older one may come to light after a newer one, and tells each once.
 */
import type { LiveMessage } from '../../core/contract/console.ts';
import type { Context } from '../context.ts';
import { type LiveMark, latestIds, type MoveRow } from '../store/read/live.ts';

const lookMs = 1_000;
/** More moved batches than this are not named. */
const mostNamed = 200;
const mostMoves = latestIds + mostNamed * 5;
/** A move is not seen later than this after the time that stands with it: its transaction has ended, or was undone. */
const latestMs = 60_000;

/** What was seen last. */
interface Standing {
  readonly mark: LiveMark;
  /** Of the latest moves, those that need no telling any more. */
  readonly told: ReadonlySet<number>;
}

export type Listener = (id: number, message: LiveMessage) => void;

export class Live {
  readonly #ctx: Context;
  readonly #listeners = new Set<Listener>();
  #looking: AbortController | undefined;
  #standing: Standing | undefined;

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
      this.#standing = undefined;
    };
  }

  /**
   * What a page is told first: which orders run, and that everything may have changed. From this look on nothing is
   * missed, so whatever the page fetches now will be kept true.
   *
   * @param lastId the message that it saw last; null: it has seen none
   */
  async greet(lastId: number | null): Promise<{ readonly id: number; readonly message: LiveMessage }> {
    const { store, clock } = this.#ctx;
    const mark = await store.readLiveMark({ now: clock.now() });
    await this.#begin(mark);
    const batches = lastId === null ? null : await this.#movedSince(lastId);
    const all = { accepted: true, outcomes: true, hand_overs: true, actions: true };
    return { id: mark.transitionId, message: { batches, ...all, running: mark.running } };
  }

  /** What is there when the first one listens needs no telling. */
  async #begin(mark: LiveMark): Promise<void> {
    if (this.#standing) return;
    const moves = await this.#latestMoves(mark.transitionId);
    this.#standing ??= { mark, told: new Set(moves.map(({ id }) => id)) };
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#ctx;
    while (!signal.aborted) {
      await this.#lookOnce().catch((error) => log.warn({ event: 'live_look_failed', err: error }));
      await clock.pause(lookMs, signal);
    }
  }

  async #lookOnce(): Promise<void> {
    const { store, clock } = this.#ctx;
    const before = this.#standing;
    const mark = await store.readLiveMark({ now: clock.now() });
    if (!before) return this.#begin(mark);
    const batches = await this.#tellMoves(before, mark);
    const message: LiveMessage = {
      batches,
      accepted: mark.accepted !== before.mark.accepted,
      outcomes: mark.outcomes !== before.mark.outcomes,
      hand_overs: mark.handOvers !== before.mark.handOvers,
      actions: isAnotherOrder(before.mark, mark),
      running: mark.running,
    };
    const { accepted, outcomes, hand_overs, actions } = message;
    if (batches?.length === 0 && !accepted && !outcomes && !hand_overs && !actions) return;
    for (const listener of this.#listeners) listener(mark.transitionId, message);
  }

  /** The batches of moves that were not told yet; null where they are too many to be named. */
  async #tellMoves({ mark: before, told }: Standing, mark: LiveMark): Promise<number[] | null> {
    const same = mark.transitionId === before.transitionId && mark.transitions === before.transitions;
    const moves = same ? [] : await this.#latestMoves(before.transitionId);
    const newest = moves[0]?.id ?? 0;
    const kept = moves.filter(({ id }) => id > newest - latestIds).map(({ id }) => id);
    this.#standing = { mark, told: same ? told : new Set(kept) };
    if (moves.length === mostMoves) return null;
    return named(moves.filter(({ id }) => !told.has(id)));
  }

  /** For a page that comes back. */
  async #movedSince(lastId: number): Promise<number[] | null> {
    const lateSince = this.#ctx.clock.now() - latestMs;
    const moves = await this.#latestMoves(lastId);
    if (moves.length === mostMoves) return null;
    return named(moves.filter(({ id, at }) => id > lastId || at > lateSince));
  }

  /** Newest first, back to where an older one may still come to light. */
  #latestMoves(sinceId: number): Promise<MoveRow[]> {
    return this.#ctx.store.listMoves({ afterId: sinceId - latestIds, limit: mostMoves });
  }
}

function named(moves: readonly MoveRow[]): number[] | null {
  const batches = [...new Set(moves.map((move) => move.batch_id))];
  return batches.length > mostNamed ? null : batches;
}

function isAnotherOrder(before: LiveMark, after: LiveMark): boolean {
  return (
    before.actionId !== after.actionId ||
    before.actions !== after.actions ||
    before.running.join() !== after.running.join()
  );
}
