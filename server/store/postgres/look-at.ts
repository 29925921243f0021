/** What is asked of the database itself, beside all work: whether it answers, and what time it is there. */
import { AppError } from '../../../core/errors.ts';
import type { StoreControl } from '../store.ts';
import type { Runner } from './runner.ts';
import { within } from './within.ts';

/** Whoever asks whether this process is ready has waited long enough by then. */
const longestPingMs = 2_000;

const readClock = 'select extract(epoch from clock_timestamp()) * 1000 as now';

/** @param runner of connections that no work uses */
export function lookAt(runner: Runner): Pick<StoreControl, 'ping' | 'readTime'> {
  let asking: Promise<unknown> | undefined;
  const ask = () => {
    // However many ask, the database is asked once at a time: signs of life go over the same connection.
    asking ??= runner
      .look('ping', (tx) => tx.get('select 1'), undefined)
      .finally(() => {
        asking = undefined;
      });
    return asking;
  };
  return {
    ping: async () => {
      const late = () => new AppError('store_unavailable', 'The database does not answer.');
      await within(longestPingMs, ask(), late);
    },
    readTime: async () => {
      const row = await runner.look('readTime', (tx) => tx.get(readClock), undefined);
      return (row as { now: number }).now;
    },
  };
}
