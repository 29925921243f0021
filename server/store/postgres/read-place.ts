/** Where the database is, as far as the server tells: managed ones may keep some of it to themselves. */
import type { Tx } from '../tx.ts';
import type { Runner } from './runner.ts';

/** What is not told is null. */
export interface Place {
  readonly cluster: string | null;
  readonly database: string | null;
  /** Grows with each recovery to a point in time and each promotion of a standby. */
  readonly timeline: string | null;
}

const readCluster = 'select cast(system_identifier as text) as part from pg_control_system()';
const readDatabase = 'select cast(oid as text) as part from pg_database where datname = current_database()';
/** Of the log as it is written now. What `pg_control_checkpoint()` tells lags behind a promotion by up to a checkpoint. */
export const readTimeline = 'select left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) as part';

/** Over a connection that writes: others may still lead to the server of before. */
export async function readPlace(write: Runner): Promise<Place> {
  return {
    cluster: await ask(write, readCluster),
    database: await ask(write, readDatabase),
    timeline: await ask(write, readTimeline),
  };
}

/** Refused, not supported, no such function. */
const notTold = new Set(['42501', '0A000', '42883']);

async function ask(write: Runner, sql: string): Promise<string | null> {
  try {
    const answer = await write.run('readPlace', (tx: Tx) => tx.get(sql), undefined);
    return (answer as { readonly part: string } | undefined)?.part ?? null;
  } catch (error) {
    const { code = '' } = ((error as Error).cause ?? {}) as { readonly code?: string };
    if (notTold.has(code)) return null;
    throw error;
  }
}
