/**
 * Fetches and applies the results of a batch that has ended, however it ended.
 *
 * completed, expired, cancelled and failed are handled alike: both files are read if they exist, each row is
 * judged by its own content, good rows are kept, and every other request gets a successor or an outcome. The
 * steps can be repeated from the start at any time: a result is applied once, a leftover is settled once.
 */
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import { reach } from '../../engine/kill-points.ts';
import type { BatchRow } from '../../store/rows.ts';
import { paceOf } from '../capacity.ts';
import { holdForeign, moveHeld } from '../move-held.ts';
import { startAllDeliveries } from '../start-all-deliveries.ts';
import { applyFile } from './apply-file.ts';
import { leftoverRule, successorsOf } from './leftover-rule.ts';
import { restartHeld } from './restart-held.ts';
import { SeenLines } from './seen-lines.ts';

export async function downloadBatch(ctx: Context, held: Held): Promise<void> {
  if (held.batch.restart_requested_at !== null) return restartHeld(ctx, held);
  if (isForeign(ctx, held.batch)) return holdForeign(ctx, held);
  if (held.batch.state === 'openai_completed') {
    await moveHeld(ctx, held, 'download', { actor: 'download' });
    return;
  }
  const seen = await applyFiles(ctx, held);
  reach('download: all results applied, leftovers not settled');
  const pauseMs = await settleAll(ctx, held);
  reach('download: leftovers settled, not recorded');
  const now = ctx.clock.now();
  const after = await ctx.store.finishDownload({
    batchId: held.batch.id,
    leaseToken: held.leaseToken,
    lines: seen?.reconcile(held.batch.sent_count ?? 0) ?? null,
    now,
    successorsDueAt: now + pauseMs,
    filesDueAt: now + ctx.settings.REMOTE_FILES_KEEP_MS,
  });
  if (!after) return;
  ctx.wakeUps.wake('upkeep');
  ctx.wakeUps.wake('upload');
  ctx.wakeUps.wake('outcomes');
  if (after.state === 'ready_to_deliver') ctx.wakeUps.wake('deliver');
  else await endSettling(ctx, held, after);
}

/** Whether result files of this batch exist that the present key cannot fetch. */
function isForeign(ctx: Context, batch: BatchRow): boolean {
  const hasFiles = batch.openai_output_file_id !== null || batch.openai_error_file_id !== null;
  return hasFiles && batch.provider_credentials !== ctx.provider.credentials;
}

/** Null when nothing of the batch can have run, so that there is nothing to reconcile. */
async function applyFiles(ctx: Context, held: Held): Promise<SeenLines | null> {
  const { openai_output_file_id: output, openai_error_file_id: error, openai_batch_id } = held.batch;
  if (!output && !error && (openai_batch_id === null || held.batch.state === 'failed')) return null;
  const seen = new SeenLines();
  for (const [kind, id] of [['output', output] as const, ['error', error] as const]) {
    if (id) await applyFile(ctx, held, kind, id, seen);
  }
  return seen;
}

const sliceRows = 500;

/** @returns how long successors wait before they start */
async function settleAll(ctx: Context, { batch, leaseToken, signal }: Held): Promise<number> {
  const rule = leftoverRule(batch);
  const { rows, bytes, rowLimit, pauseMs } = successorsOf(ctx, batch);
  for (;;) {
    const { held, returned, ended, lackedMoney } = await ctx.store.settleLeftovers({
      batchId: batch.id,
      leaseToken,
      now: ctx.clock.now(),
      limit: sliceRows,
      maxTries: ctx.settings.CALL_MAX_TRIES,
      successors: { rows, bytes, rowLimit, refusals: batch.failure === null ? 0 : batch.refusals },
      ...rule,
    });
    if (!held || signal.aborted) throw new Error('the lease was lost while leftovers were settled');
    if (lackedMoney !== null) await holdKey(ctx, batch, lackedMoney);
    if (returned + ended > 0) reach('download: some leftovers settled');
    if (returned + ended < sliceRows) return Math.round(pauseMs / ctx.settings.RETRY_FASTER);
  }
}

/** Requests that lacked money say so of the whole key: nothing more is created with it until there is some again. */
async function holdKey(ctx: Context, batch: BatchRow, message: string): Promise<void> {
  const credentials = batch.provider_credentials ?? ctx.provider.credentials;
  await ctx.store.holdFunding({ credentials, message, byRows: true, ...paceOf(ctx) });
}

/** expired, failed and cancelled keep their word; their outcomes leave from here. */
async function endSettling(ctx: Context, held: Held, after: BatchRow): Promise<void> {
  await startAllDeliveries(ctx, after.id);
  await ctx.store.settleBatch({ batchId: after.id, leaseToken: held.leaseToken, now: ctx.clock.now() });
  ctx.wakeUps.wake('deliveries');
  ctx.log.info({ event: 'batch_settled', batch: after.id, state: after.state });
}
