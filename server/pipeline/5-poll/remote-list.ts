/**
 * Many running batches are asked about by list, a hundred with each call, instead of one by one. One walk through the
 * list serves every batch that was last looked at before it began.
 */
import type { Context } from '../../context.ts';
import type { RemoteBatch } from '../../provider/port.ts';

/** Running batches above which the list is cheaper than single questions: a walk is one call for each hundred. */
const listAbove = 20;
/** Batches looked at in one walk: a hundred calls. */
const mostListed = 10_000;

interface Walk {
  readonly startedAt: number;
  readonly found: Promise<ReadonlyMap<string, RemoteBatch>>;
}

class RemoteList {
  readonly #ctx: Context;
  #walk: Walk | null = null;
  #running: { readonly count: number; readonly oldestAt: number; readonly until: number } | null = null;

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  /** The batch as the list shows it, seen after `since`; null when it has to be asked about by itself. */
  async find(id: string, since: number): Promise<RemoteBatch | null> {
    const { count, oldestAt } = await this.#look();
    if (count <= listAbove) return null;
    const walk = this.#fresh(since) ?? this.#begin(oldestAt);
    return (await walk.found).get(id) ?? null;
  }

  #fresh(since: number): Walk | null {
    const { clock, settings } = this.#ctx;
    const walk = this.#walk;
    if (!walk || walk.startedAt <= since) return null;
    return clock.now() - walk.startedAt < settings.POLL_INTERVAL_MS / 2 ? walk : null;
  }

  #begin(oldestAt: number): Walk {
    const walk = { startedAt: this.#ctx.clock.now(), found: this.#list(oldestAt) };
    this.#walk = walk;
    // A walk that broke off serves nobody else.
    walk.found.catch(() => {
      if (this.#walk === walk) this.#walk = null;
    });
    return walk;
  }

  async #list(horizon: number): Promise<ReadonlyMap<string, RemoteBatch>> {
    const found = new Map<string, RemoteBatch>();
    for await (const remote of this.#ctx.provider.listBatches()) {
      if (remote.createdAt < horizon || found.size >= mostListed) break;
      found.set(remote.id, remote);
    }
    return found;
  }

  /** How many run, and since when the oldest does; as fresh as half a polling interval. */
  async #look() {
    const { clock, settings, store } = this.#ctx;
    const now = clock.now();
    if (this.#running === null || this.#running.until < now) {
      const { count, oldestAt } = await store.countRunning();
      this.#running = { count, oldestAt: oldestAt ?? now, until: now + settings.POLL_INTERVAL_MS / 2 };
    }
    return this.#running;
  }
}

const lists = new WeakMap<Context, RemoteList>();

/** The list that all polls of one service share. */
export function listOf(ctx: Context): RemoteList {
  const list = lists.get(ctx) ?? new RemoteList(ctx);
  lists.set(ctx, list);
  return list;
}
