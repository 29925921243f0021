/**
 * The connections of one role: checked when they are made, and given up as soon as they are suspect. A connection can
 * outlive what it was made for: its server becomes a standby, its plans those of an older schema, its network silent.
 */
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { connectionOptions, limitsOf, type Role } from './connection-options.ts';
import { concernsAllConnections, isSilence, passingFailure, takesNoWrites } from './failures.ts';

/** Which connections of a process are beyond doubt: those made since the last failure that concerns them all. */
export class Trust {
  #generation = 0;
  readonly #madeIn = new WeakMap<pg.PoolClient, number>();
  readonly #cuts: (() => void)[] = [];
  readonly #onMade: () => void;

  /** @param onMade is called for each new connection: it may lead to another server than those before it */
  constructor(onMade: () => void) {
    this.#onMade = onMade;
  }

  made(client: pg.PoolClient): void {
    this.#madeIn.set(client, this.#generation);
    this.#onMade();
  }

  isGood(client: pg.PoolClient): boolean {
    return this.#madeIn.get(client) === this.#generation;
  }

  /** @param cut is called when a connection has fallen silent, and so perhaps all others */
  onSilence(cut: () => void): void {
    this.#cuts.push(cut);
  }

  /** Several fail together of what one cause has done: those made since the first of them are not to blame. */
  end(client: pg.PoolClient, failure: unknown): void {
    if (!this.isGood(client)) return;
    this.#generation += 1;
    if (isSilence(failure)) for (const cut of this.#cuts) cut();
  }
}

export class Connections {
  readonly #pool: pg.Pool;
  readonly #trust: Trust;
  readonly #graceMs: number;
  readonly #broken = new WeakSet<pg.PoolClient>();
  readonly #lent = new Set<pg.PoolClient>();

  constructor(url: string, role: Role, trust: Trust) {
    this.#trust = trust;
    const { connectMs, graceMs } = limitsOf(role);
    this.#graceMs = graceMs;
    const onConnect = (client: pg.ClientBase) => refuseReadOnly(client, connectMs);
    this.#pool = new pg.Pool({ ...connectionOptions(url, role), onConnect });
    // Whoever uses a broken connection learns it from their query; one that nobody uses is replaced.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => {
      trust.made(client);
      client.on('error', () => this.#broken.add(client));
    });
    trust.onSilence(() => this.#cutSilent());
  }

  async take(): Promise<pg.PoolClient> {
    for (;;) {
      const client = await this.#pool.connect();
      if (this.#trust.isGood(client)) {
        this.#lent.add(client);
        return client;
      }
      client.release(true);
    }
  }

  /** @param failure what its use has ended with */
  giveBack(client: pg.PoolClient, failure?: unknown): void {
    this.#lent.delete(client);
    if (failure !== undefined && concernsAllConnections(failure)) this.#trust.end(client, failure);
    client.release(this.#broken.has(client) || isSuspect(failure));
  }

  /** Ends those that nobody uses, and the others when they are given back. */
  end(): Promise<void> {
    return this.#pool.end();
  }

  /** Whoever waits on a connection that is as silent as the other need not wait as long as for a slow statement. */
  #cutSilent(): void {
    const doubtful = [...this.#lent];
    const cut = () => {
      for (const client of doubtful) if (this.#lent.has(client)) cutOff(client);
    };
    setTimeout(cut, this.#graceMs).unref();
  }
}

/** `end` would wait for the answers that do not come. As pg-pool does where connecting takes too long. */
function cutOff(client: pg.PoolClient): void {
  (client as unknown as { connection: { stream: Duplex } }).connection.stream.destroy();
}

/** Whether a failure says more about the connection than about what was sent over it. */
export function isSuspect(failure: unknown): boolean {
  const passing = failure === undefined ? null : passingFailure(failure);
  return passing === 'absence' || passing === 'staleness';
}

/** Asked of those that read, too: on a standby they would never fail, and tell what was so some time ago. */
async function refuseReadOnly(client: pg.ClientBase, withinMs: number): Promise<void> {
  const question = { text: 'show transaction_read_only', query_timeout: withinMs };
  const { rows } = await client.query<{ transaction_read_only: string }>(question);
  if (rows[0]?.transaction_read_only === 'on') throw takesNoWrites();
}
