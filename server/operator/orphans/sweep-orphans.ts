/**
 * Looks through the provider's lists for what carries our tag and belongs to nothing here: batches that run for
 * nobody, and input files that nobody will use. A second live batch for one of ours is cancelled at once; the only one
 * that was never heard of is followed.
 */
import type { Context } from '../../context.ts';
import { reportSecond } from '../../pipeline/cancel-second.ts';
import { batchOfFile, readTag, tagKey } from '../../pipeline/tag.ts';
import type { RemoteBatch, RemoteFile } from '../../provider/port.ts';
import type { FoundOrphan } from '../../store/upkeep/orphans.ts';

const hour = 3_600_000;
/** Between two sweeps. */
export const sweepPauseMs = hour;
/** Younger files may be just being uploaded. */
const youngMs = hour;
/** A batch lives for its window of 24 h; the rest is for clocks that differ and for cancelling. */
const longestLifeMs = 26 * hour;
/** Items looked at in one sweep of either list. */
const mostLookedAt = 20_000;
const sliceItems = 500;
const ended = new Set(['completed', 'failed', 'expired', 'cancelled', 'cancelling']);

/** @returns how many orphans there are now */
export async function sweepOrphans(ctx: Context, signal: AbortSignal): Promise<number> {
  const now = ctx.clock.now();
  const orphans = [...(await findBatches(ctx, signal)), ...(await findFiles(ctx, signal))];
  const removeAt = ctx.settings.ORPHANS === 'remove' ? now : null;
  await ctx.store.noteOrphans({ orphans, credentials: ctx.provider.credentials, removeAt, now });
  if (orphans.length > 0) ctx.log.warn({ event: 'orphans_found', orphans: orphans.length });
  return orphans.length;
}

async function findBatches(ctx: Context, signal: AbortSignal): Promise<FoundOrphan[]> {
  const live: { remote: RemoteBatch; batchId: number; attempt: number }[] = [];
  let looked = 0;
  for await (const remote of ctx.provider.listBatches(signal)) {
    looked += 1;
    if (remote.createdAt < ctx.clock.now() - longestLifeMs || looked > mostLookedAt) break;
    const tag = readTag(ctx, remote.metadata[tagKey]);
    if (tag && !ended.has(remote.status)) live.push({ remote, ...tag });
  }
  const orphans: FoundOrphan[] = [];
  for (let at = 0; at < live.length; at += sliceItems) {
    const slice = live.slice(at, at + sliceItems);
    const batchIds = slice.map(({ batchId }) => batchId);
    const { batches } = await ctx.store.knownRemotes({ batchIds, remoteIds: [] });
    const known = new Map(batches.map((batch) => [batch.id, batch]));
    for (const { remote, batchId, attempt } of slice) {
      const batch = known.get(batchId);
      if (!batch) {
        const about = `a batch (${remote.status}) made for batch ${batchId}, which is not here`;
        orphans.push({ kind: 'batch', remoteId: remote.id, about, createdAt: remote.createdAt });
      } else if (batch.submit_intent_at === null && batch.openai_batch_id !== remote.id) {
        await tellLate(ctx, { remote, batchId, attempt });
      }
    }
  }
  return orphans;
}

/** As a holder would that answers late: it is taken where ours still waits for it, and else cancelled. */
async function tellLate(
  ctx: Context,
  { remote, batchId, attempt }: { remote: RemoteBatch; batchId: number; attempt: number },
): Promise<void> {
  const recorded = await ctx.store.recordCreated({
    batch: { id: batchId, submit_attempt: attempt, openai_input_file_id: remote.inputFileId },
    leaseToken: null,
    remote,
    credentials: ctx.provider.credentials,
    now: ctx.clock.now(),
  });
  if (recorded.kind === 'taken_late') ctx.wakeUps.wake('submit');
  if (recorded.kind === 'second') reportSecond(ctx, batchId, remote, recorded.isNew);
}

async function findFiles(ctx: Context, signal: AbortSignal): Promise<FoundOrphan[]> {
  const old: { file: RemoteFile; batchId: number }[] = [];
  let looked = 0;
  const youngest = ctx.clock.now() - youngMs / ctx.settings.RETRY_FASTER;
  for await (const file of ctx.provider.listFiles(signal)) {
    looked += 1;
    if (looked > mostLookedAt) break;
    const batchId = batchOfFile(ctx, file.filename);
    if (batchId !== null && file.createdAt < youngest) old.push({ file, batchId });
  }
  const orphans: FoundOrphan[] = [];
  for (let at = 0; at < old.length; at += sliceItems) {
    const slice = old.slice(at, at + sliceItems);
    const batchIds = slice.map(({ batchId }) => batchId);
    const remoteIds = slice.map(({ file }) => file.id);
    const { batches, owed } = await ctx.store.knownRemotes({ batchIds, remoteIds });
    const known = new Map(batches.map((batch) => [batch.id, batch]));
    for (const { file, batchId } of slice) {
      const batch = known.get(batchId);
      // While it is being uploaded a file may be there and not be recorded yet.
      const isUsed = batch?.openai_input_file_id === file.id || batch?.state === 'uploading';
      if (isUsed || owed.includes(file.id)) continue;
      const about = `${file.filename}, ${file.bytes ?? 0} bytes`;
      orphans.push({ kind: 'file', remoteId: file.id, about, createdAt: file.createdAt });
    }
  }
  return orphans;
}
