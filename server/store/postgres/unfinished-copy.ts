/** Knows a database into which `migrate-data` has not copied everything yet: the table in which it keeps its marks. */
import type pg from 'pg';
import { AppError } from '../../../core/errors.ts';

export const copyMarks = 'data_copy';

export const explainUnfinished =
  'The database holds a copy that is not finished: migrate-data was interrupted, or is at work now. Give the same command ' +
  'again, with the same --from and --to, and start when it has ended. To begin anew, copy into another database, made ' +
  'with createdb.';

export async function holdsUnfinishedCopy(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ found: string | null }>(
    `select to_regclass('${copyMarks}')::text as found`,
  );
  return rows[0]?.found != null;
}

/** @throws AppError that says what to do */
export async function refuseUnfinishedCopy(client: pg.Client): Promise<void> {
  if (await holdsUnfinishedCopy(client)) throw new AppError('invalid_state', explainUnfinished);
}
