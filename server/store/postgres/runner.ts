/** Runs whole operations on connections of one role, and repeats them after failures that pass. */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { AppError } from '../../../core/errors.ts';
import { keyedWrites } from '../operations.ts';
import type { Tx } from '../tx.ts';
import { connectionOptions, type Role } from './connection-options.ts';
import { passingFailure, pauseBeforeRetry } from './failures.ts';
import { PostgresTx, type Shared } from './transaction.ts';

/**
 * A plan made once serves any keys. Planning anew (see connection-options.ts) was a fifth of what the database did for
 * a group of 32 requests.
 */
const beginKeyed = 'begin; set local plan_cache_mode = force_generic_plan';

export type Operation = (tx: Tx, input: unknown) => Promise<unknown>;

export class Runner {
  readonly #pool: pg.Pool;
  readonly #shared: Shared;
  readonly #writes: boolean;
  readonly #broken = new WeakSet<pg.PoolClient>();
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(url: string, role: Role, shared: Shared) {
    this.#pool = new pg.Pool(connectionOptions(url, role));
    // Whoever uses a broken connection learns it from their query; one that nobody uses is replaced.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => client.on('error', () => this.#broken.add(client)));
    this.#shared = shared;
    this.#writes = role.name !== 'read';
  }

  /** Resolves after the commit. @throws AppError `store_unavailable` when the database stays away */
  run(name: string, operation: Operation, input: unknown): Promise<unknown> {
    return this.#start(name, () => this.#runOnce(name, operation, input));
  }

  /**
   * The same in one round trip: `commit` leaves right behind the statement.
   *
   * @param operation sends one statement, at once, and has no word in whether it is committed
   */
  runAtOnce(name: string, operation: Operation, input: unknown): Promise<unknown> {
    return this.#start(name, () => this.#sendAtOnce(operation, input));
  }

  #start(name: string, runOnce: () => Promise<unknown>): Promise<unknown> {
    if (this.#closing) return Promise.reject(unavailable(new Error('the store is closed')));
    const running = this.#runUntilItHolds(name, runOnce).finally(() => this.#underWay.delete(running));
    this.#underWay.add(running);
    return running;
  }

  /** Ends what was begun, takes nothing more. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.allSettled([...this.#underWay]);
      await this.#pool.end();
    })();
    return this.#closing;
  }

  async #runUntilItHolds(name: string, runOnce: () => Promise<unknown>): Promise<unknown> {
    for (let tries = 1; ; tries++) {
      try {
        return await runOnce();
      } catch (error) {
        const passing = passingFailure(error);
        if (!passing) throw describe(name, error);
        const pauseMs = pauseBeforeRetry(passing, tries, Math.random());
        if (pauseMs === null) throw unavailable(describe(name, error));
        await pause(pauseMs);
      }
    }
  }

  async #runOnce(name: string, operation: Operation, input: unknown): Promise<unknown> {
    const client = await this.#pool.connect();
    try {
      const tx = new PostgresTx(client, this.#shared);
      if (!this.#writes) return await operation(tx, input);
      // Sent ahead of the first statement, without waiting for its answer.
      const begun = client.query(keyedWrites.has(name) ? beginKeyed : 'begin');
      begun.catch(() => {});
      const answer = await operation(tx, input);
      await begun;
      await client.query('commit');
      this.#shared.remember(tx.found);
      return answer;
    } catch (error) {
      if (this.#writes) await client.query('rollback').catch(() => this.#broken.add(client));
      throw error;
    } finally {
      client.release(this.#broken.has(client));
    }
  }

  async #sendAtOnce(operation: Operation, input: unknown): Promise<unknown> {
    const client = await this.#pool.connect();
    try {
      const begun = client.query(beginKeyed);
      const answering = operation(new PostgresTx(client, this.#shared), input);
      // After a failure this rolls back.
      const ended = client.query('commit');
      const whole = Promise.all([answering, begun, ended]);
      await Promise.allSettled([whole, ended]);
      return (await whole)[0];
    } finally {
      client.release(this.#broken.has(client));
    }
  }
}

function unavailable(cause: Error): AppError {
  return new AppError('store_unavailable', 'The database cannot be reached.', { cause });
}

/** Keeps AppErrors as they are; anything else says which operation it was. */
function describe(name: string, error: unknown): Error {
  if (error instanceof AppError) return error;
  const { message, stack } = error as Error;
  const described = new Error(`${name}: ${message}`, { cause: error });
  if (stack !== undefined) described.stack = `${name}: ${stack}`;
  return described;
}
