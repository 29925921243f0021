import type { PoolConfig } from 'pg';
import { valueTypes } from './read-values.ts';

/** A statement that takes longer is cut off and its transaction undone. */
const statementLimitMs = 60_000;
/** Waiting for a row or an advisory lock longer than this is given up and tried again. */
const lockLimitMs = 10_000;
/** A connection that is not made by then is not to be had. */
const connectLimitMs = 10_000;

/**
 * A plan made once for all parameters does not know that `pending` is rare and `delivered` is not, and may walk the
 * whole of `requests` in the order of its ids. Planning anew costs a fraction of a millisecond. Parallel workers and
 * compiled plans cost more than any of our statements has to gain.
 */
const planEachTime = '-c plan_cache_mode=force_custom_plan -c max_parallel_workers_per_gather=0 -c jit=off';

export interface Role {
  readonly name: 'write' | 'bulk' | 'read' | 'listen' | 'migrate';
  readonly connections: number;
}

export function connectionOptions(url: string, { name, connections }: Role): PoolConfig {
  const patient = name === 'migrate';
  return {
    connectionString: url,
    application_name: `openai-batch-manager ${name}`,
    max: connections,
    pipeline: true,
    options: planEachTime,
    types: valueTypes,
    statement_timeout: patient ? 0 : statementLimitMs,
    lock_timeout: patient ? 0 : lockLimitMs,
    idle_in_transaction_session_timeout: patient ? 0 : statementLimitMs,
    connectionTimeoutMillis: connectLimitMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    allowExitOnIdle: true,
  };
}
