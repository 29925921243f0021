import type pg from 'pg';
import { AppError } from '../../../core/errors.ts';

/** The oldest that the tests run on. */
const oldest = 15;

/** @throws AppError when the server is older than what our statements are written for */
export async function refuseOldServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ server_version_num: string }>('show server_version_num');
  const major = Math.floor(Number(rows[0]?.server_version_num) / 10_000);
  if (major >= oldest) return;
  throw new AppError(
    'store_unavailable',
    `DATABASE_URL leads to PostgreSQL ${major}; this program needs ${oldest} or newer.`,
  );
}
