/** Removes at the provider what was ordered to go: files are deleted, batches cancelled. */
import { pauseAfter, providerSchedule } from '../../../core/backoff.ts';
import type { Context } from '../../context.ts';
import { ProviderError } from '../../provider/errors.ts';
import type { OrphanRow } from '../../store/upkeep/orphans.ts';

const atOnce = 20;
const leaseMs = 120_000;

/** @returns whether more may be due */
export async function removeOrphans(ctx: Context, signal: AbortSignal): Promise<boolean> {
  const { store, provider, clock } = ctx;
  const claim = { credentials: provider.credentials, now: clock.now(), leaseMs, limit: atOnce };
  const due = await store.claimOrphans(claim);
  for (const orphan of due) {
    const error = await removeOne(ctx, orphan, signal);
    const pauseMs = pauseAfter(providerSchedule, orphan.tries, ctx.random()) / ctx.settings.RETRY_FASTER;
    await store.endOrphanRemoval({ id: orphan.id, error, removeAt: Math.round(clock.now() + pauseMs) });
    ctx.log.info({ event: 'orphan_removed', kind: orphan.kind, remote: orphan.remote_id, error });
  }
  return due.length === atOnce;
}

/** Null when it is gone, or has ended by itself: what was wanted. */
async function removeOne(
  { provider }: Context,
  orphan: OrphanRow,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    if (orphan.kind === 'file') await provider.deleteFile(orphan.remote_id, signal);
    else await provider.cancelBatch(orphan.remote_id, signal);
    return null;
  } catch (error) {
    if (error instanceof ProviderError && (error.kind === 'not_found' || error.kind === 'conflict'))
      return null;
    return (error instanceof Error ? error.message : String(error)).slice(0, 500);
  }
}
