/** What a finished batch leaves at the provider is removed there by a duty of its own, after a grace time. */
import type { Context } from '../../context.ts';
import type { BatchRow } from '../../store/rows.ts';

export async function planRemoteCleanup(ctx: Context, batch: BatchRow): Promise<void> {
  const { openai_input_file_id, openai_output_file_id, openai_error_file_id, provider_credentials } = batch;
  const ids = [openai_input_file_id, openai_output_file_id, openai_error_file_id].filter((id) => id !== null);
  if (ids.length === 0 || provider_credentials === null) return;
  const now = ctx.clock.now();
  await ctx.store.planCleanup({
    batchId: batch.id,
    remoteIds: ids,
    credentials: provider_credentials,
    dueAt: now + ctx.settings.REMOTE_FILES_KEEP_MS,
    now,
  });
  ctx.wakeUps.wake('upkeep');
}
