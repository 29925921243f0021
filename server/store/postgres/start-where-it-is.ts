import { type AfterRestore, startAfterRestore } from '../upkeep/start-after-restore.ts';
import { noticeRestore } from './notice-restore.ts';
import { readPlace } from './read-place.ts';
import type { Runner } from './runner.ts';
import type { Shared } from './transaction.ts';

/** The operation of that name on PostgreSQL, where the database itself is looked at first. */
export function startWhereItIs(write: Runner, shared: Shared) {
  let before: string | undefined;
  return async ({ now }: { readonly now: number }): Promise<AfterRestore | null> => {
    const here = await readPlace(write);
    const starting = write.run(
      'startAfterRestore',
      async (tx) => {
        const place = await noticeRestore(tx, here);
        // Rows of which we know the ids may be lost with the old primary.
        if (before !== undefined && place !== before) shared.known.clear();
        before = place;
        return startAfterRestore(tx, { now });
      },
      undefined,
    );
    return (await starting) as AfterRestore | null;
  };
}
