/** How many batches were created within the last hour, counted by the minute. */
import type { Tx } from '../tx.ts';

const minuteMs = 60_000;

/** When the next batch may be created, or null when it may be now. */
export async function hourIsFullUntil(
  tx: Tx,
  credentials: string,
  { now, creationsPerHour }: { readonly now: number; readonly creationsPerHour: number },
): Promise<number | null> {
  const counted = await tx.get<{ creations: number | null; oldest: number | null }>(
    `select sum(creations) as creations, min(minute) as oldest from creation_counts
     where provider_credentials = ? and minute >= ?`,
    credentials,
    Math.floor(now / minuteMs) - 60,
  );
  if ((counted?.creations ?? 0) < creationsPerHour) return null;
  return ((counted?.oldest ?? 0) + 61) * minuteMs;
}

/** Counts one more, whatever becomes of it, and forgets what is older than an hour. */
export async function countCreation(tx: Tx, credentials: string, now: number): Promise<void> {
  const minute = Math.floor(now / minuteMs);
  await tx.run(
    `insert into creation_counts (provider_credentials, minute, creations) values (?, ?, 1)
     on conflict (provider_credentials, minute) do update set creations = creation_counts.creations + 1`,
    credentials,
    minute,
  );
  await tx.run(
    'delete from creation_counts where provider_credentials = ? and minute < ?',
    credentials,
    minute - 60,
  );
}
