/** Runs whole operations on connections of one role, and repeats them after failures that pass. */
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../../core/errors.ts';
import { keyedWrites, writesAtOnce } from '../operations.ts';
import type { Tx } from '../tx.ts';
import { limitsOf, type Role } from './connection-options.ts';
import { Connections, isSuspect } from './connections.ts';
import { explainFailure, passingFailure, pauseBeforeRetry } from './failures.ts';
import { PostgresTx, type Shared } from './transaction.ts';

/**
 * A plan made once serves any keys. Planning anew (see connection-options.ts) was a fifth of what the database did for
 * a group of 32 requests.
 */
const beginKeyed = 'begin; set local plan_cache_mode = force_generic_plan';

export type Operation = (tx: Tx, input: unknown) => Promise<unknown>;

export class Runner {
  readonly #connections: Connections;
  readonly #shared: Shared;
  readonly #writes: boolean;
  readonly #repeatMs: number;
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(url: string, role: Role, shared: Shared) {
    this.#connections = new Connections(url, role, shared.trust);
    this.#shared = shared;
    this.#writes = role.name !== 'read';
    this.#repeatMs = limitsOf(role).repeatMs;
  }

  /** Resolves after the commit. @throws AppError `store_unavailable` when the database stays away */
  run(name: string, operation: Operation, input: unknown): Promise<unknown> {
    if (!this.#writes) return this.look(name, operation, input);
    if (writesAtOnce.has(name)) return this.runAtOnce(name, operation, input);
    return this.#start(name, () =>
      this.#hold(async (tx) => {
        const since = this.#shared.forgotten;
        const answer = await transact(tx, beginOf(name), operation, input);
        this.#shared.remember(tx.found, since);
        return answer;
      }),
    );
  }

  /** For what changes nothing: no transaction, so one round trip for a statement. */
  look(name: string, operation: Operation, input: unknown): Promise<unknown> {
    return this.#start(name, () => this.#hold((tx) => operation(tx, input)));
  }

  /**
   * `run` in one round trip: `commit` leaves right behind the statement.
   *
   * @param operation sends what it has to send at once, and has no word in whether it is committed
   */
  runAtOnce(name: string, operation: Operation, input: unknown): Promise<unknown> {
    return this.#start(name, () => this.#hold((tx) => sendAtOnce(tx, beginOf(name), operation, input)));
  }

  #start(name: string, runOnce: () => Promise<unknown>): Promise<unknown> {
    if (this.#closing) return Promise.reject(closed());
    const running = this.#runUntilItHolds(name, runOnce).finally(() => this.#underWay.delete(running));
    this.#underWay.add(running);
    return running;
  }

  /** Ends what was begun, takes nothing more. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.allSettled([...this.#underWay]);
      await this.#connections.end();
    })();
    return this.#closing;
  }

  async #runUntilItHolds(name: string, runOnce: () => Promise<unknown>): Promise<unknown> {
    const begunAt = performance.now();
    for (let tries = 1; ; tries++) {
      try {
        return await runOnce();
      } catch (error) {
        const passing = passingFailure(error);
        const pauseMs = passing && pauseBeforeRetry(passing, tries, Math.random());
        const spentMs = performance.now() - begunAt;
        if (pauseMs === null || spentMs + pauseMs > this.#repeatMs) throw explainFailure(name, error);
        await pause(pauseMs);
      }
    }
  }

  /** Lends a connection. What the first of several statements failed of is the failure: the others fail of it. */
  async #hold(use: (tx: PostgresTx) => Promise<unknown>): Promise<unknown> {
    const client = await this.#connections.take();
    const tx = new PostgresTx(client, this.#shared);
    try {
      const answer = await use(tx);
      tx.end();
      this.#connections.giveBack(client);
      return answer;
    } catch (error) {
      const failure = tx.failure ?? error;
      tx.end();
      this.#connections.giveBack(client, failure);
      throw failure;
    }
  }
}

function beginOf(name: string): string {
  return keyedWrites.has(name) ? beginKeyed : 'begin';
}

/** Resolves after the commit. */
async function transact(
  tx: PostgresTx,
  begin: string,
  operation: Operation,
  input: unknown,
): Promise<unknown> {
  try {
    // Sent ahead of the first statement, without waiting for its answer.
    const begun = tx.begin(begin);
    begun.catch(() => {});
    const answer = await operation(tx, input);
    await begun;
    await tx.commit();
    return answer;
  } catch (error) {
    // A suspect connection is closed, which undoes it as well.
    if (!isSuspect(tx.failure ?? error)) await tx.rollback();
    throw error;
  }
}

async function sendAtOnce(
  tx: PostgresTx,
  begin: string,
  operation: Operation,
  input: unknown,
): Promise<unknown> {
  const begun = tx.begin(begin);
  const answering = operation(tx, input);
  // After a failure this rolls back.
  const ended = tx.commit();
  const whole = Promise.all([answering, begun, ended]);
  await Promise.allSettled([whole, ended]);
  return (await whole)[0];
}

function closed(): AppError {
  return new AppError('store_unavailable', 'The database cannot be reached.', {
    cause: new Error('the store is closed'),
  });
}
