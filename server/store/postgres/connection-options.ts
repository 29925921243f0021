import type { PoolConfig } from 'pg';
import { valueTypes } from './read-values.ts';

/** How long anything about a connection may take, in milliseconds; 0: as long as it likes. */
export interface TimeLimits {
  /** A statement that takes longer is cut off by the server and its transaction undone. */
  readonly statementMs: number;
  /** Waiting for a row or an advisory lock longer than this is given up and tried again. */
  readonly lockMs: number;
  /** A connection that is not made, or not free, by then is not to be had. */
  readonly connectMs: number;
  /** One that has not answered by then is lost: a little more than what the server itself would cut off. */
  readonly answerMs: number;
  /** Where another connection has fallen silent, one that is in use is cut off when it has not answered by then. */
  readonly graceMs: number;
  /** No try of an operation begins later than this after its first. */
  readonly repeatMs: number;
}

const usualLimits: TimeLimits = {
  statementMs: 60_000,
  lockMs: 10_000,
  connectMs: 10_000,
  answerMs: 65_000,
  graceMs: 5_000,
  repeatMs: 15_000,
};

/**
 * A sign of life that waited for three seconds is no better than none: a new connection is made while there is time to
 * say it before others take the replica for dead (server/engine/membership.ts), which repeats it with a new time.
 */
const briefLimits: TimeLimits = {
  statementMs: 2_500,
  lockMs: 2_000,
  connectMs: 3_000,
  answerMs: 3_000,
  graceMs: 3_000,
  repeatMs: 1_000,
};

/** A step of the schema may take hours. */
const patientLimits: TimeLimits = { ...usualLimits, statementMs: 0, lockMs: 0, answerMs: 0 };

const limitsByRole = {
  write: usualLimits,
  bulk: usualLimits,
  read: usualLimits,
  signs: briefLimits,
  listen: briefLimits,
  migrate: patientLimits,
} as const satisfies Record<string, TimeLimits>;

/** Nothing was heard for this long: the system asks whether the other side still is. */
const keepAliveAfterMs = 10_000;

/**
 * A plan made once for all parameters does not know that `pending` is rare and `delivered` is not, and may walk the
 * whole of `requests` in the order of its ids. Planning anew costs a fraction of a millisecond. Parallel workers and
 * compiled plans cost more than any of our statements has to gain.
 */
const planEachTime = '-c plan_cache_mode=force_custom_plan -c max_parallel_workers_per_gather=0 -c jit=off';

/**
 * Whoever writes names its rows by an index, one by one. Where the counts of rows are not known yet, or are those of
 * yesterday, PostgreSQL takes a state for rarer than it is, reads all rows that have it, and joins: a slice of 200 results
 * took 18 ms so, and takes 4.
 */
const rowByRow = '-c enable_hashjoin=off -c enable_mergejoin=off -c enable_bitmapscan=off';

export interface Role {
  readonly name: keyof typeof limitsByRole;
  readonly connections: number;
  /** Tests do not wait as long. */
  readonly limits?: Partial<TimeLimits>;
}

export function limitsOf({ name, limits }: Role): TimeLimits {
  return { ...limitsByRole[name], ...limits };
}

export function connectionOptions(url: string, role: Role): PoolConfig {
  const limits = limitsOf(role);
  return {
    connectionString: url,
    application_name: `openai-batch-manager ${role.name}`,
    max: role.connections,
    pipeline: true,
    options: role.name === 'write' || role.name === 'bulk' ? `${planEachTime} ${rowByRow}` : planEachTime,
    types: valueTypes,
    statement_timeout: limits.statementMs,
    lock_timeout: limits.lockMs,
    idle_in_transaction_session_timeout: limits.statementMs,
    connectionTimeoutMillis: limits.connectMs,
    query_timeout: limits.answerMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveAfterMs,
    allowExitOnIdle: true,
  };
}
