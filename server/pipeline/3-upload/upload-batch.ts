/**
 * Sends a closed batch's input file.
 *
 * The file's name carries our tag, so a file that was sent and not recorded is found again and taken over. What
 * became true at the provider is recorded whatever has become of the batch meanwhile.
 */
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import { reach } from '../../engine/kill-points.ts';
import { ProviderError } from '../../provider/errors.ts';
import type { RemoteFile } from '../../provider/port.ts';
import { cancelHeld } from '../cancel-held.ts';
import { failRefused, isFinal } from '../fail-refused.ts';
import { moveHeld } from '../move-held.ts';
import { inputFileName } from '../tag.ts';
import { findTwin } from './find-twin.ts';
import { writeInputFile } from './write-input-file.ts';

export async function uploadBatch(ctx: Context, held: Held): Promise<void> {
  const { batch } = held;
  const twin = await findTwin(ctx, held);
  // A twin runs already: it is cancelled there, after it was adopted.
  if (batch.cancel_requested_at !== null && !twin) return cancelHeld(ctx, held);
  const file = twin
    ? { id: twin.inputFileId, expiresAt: null }
    : ((await findFile(ctx, held)) ?? (await sendFile(ctx, held)));
  if (!file) return;
  reach('upload: file sent, not recorded');
  const facts = {
    openai_input_file_id: file.id,
    openai_input_file_expires_at: file.expiresAt,
    provider_credentials: ctx.provider.credentials,
  };
  const { leaseToken } = held;
  const current = await ctx.store.recordFacts({
    batchId: batch.id,
    leaseToken,
    first: 'openai_input_file_id',
    facts,
  });
  if (!current) return removeLate(ctx, batch.id, file.id);
  if (current.cancel_requested_at !== null && !twin) return cancelHeld(ctx, { ...held, batch: current });
  await moveHeld(ctx, held, 'upload', { facts, actor: 'upload' });
  reach('upload: recorded, driver not told');
}

/** Another holder has recorded its own file meanwhile: this one serves nobody. */
async function removeLate(ctx: Context, batchId: number, fileId: string): Promise<void> {
  const now = ctx.clock.now();
  const { credentials } = ctx.provider;
  await ctx.store.planCleanup({ batchId, remoteIds: [fileId], credentials, dueAt: now, now });
  ctx.log.warn({ event: 'late_file', batch: batchId, remote: fileId });
}

/** After a try with an unknown end the file may be there already. Looks no further back than the batch. */
async function findFile(ctx: Context, { batch, signal }: Held): Promise<RemoteFile | null> {
  if (batch.provider_credentials !== ctx.provider.credentials) {
    await ctx.store.recordFacts({
      batchId: batch.id,
      facts: { provider_credentials: ctx.provider.credentials },
    });
    return null;
  }
  const name = inputFileName(ctx, batch);
  const horizon = (batch.closed_at ?? batch.created_at) - clockMarginMs;
  for await (const file of ctx.provider.listFiles(signal)) {
    if (file.filename === name && file.bytes === batch.size_bytes) return file;
    if (file.createdAt < horizon) return null;
  }
  return null;
}

/** The provider's clock may differ from ours by this much. */
const clockMarginMs = 10 * 60_000;

/** Null when the provider will not have this file: another try would change nothing, so the batch has failed. */
async function sendFile(ctx: Context, held: Held): Promise<RemoteFile | null> {
  reach('upload: before the file is sent');
  try {
    return await uploadFile(ctx, held);
  } catch (error) {
    if (!(error instanceof ProviderError) || !isFinal(error)) throw error;
    await failRefused(ctx, held, error, 'upload');
    return null;
  }
}

function uploadFile(ctx: Context, { batch, signal }: Held): Promise<RemoteFile> {
  return ctx.provider.uploadFile(
    {
      filename: inputFileName(ctx, batch),
      bytes: batch.size_bytes,
      content: writeInputFile(ctx, batch),
      expiresAfterS: ctx.settings.FILE_EXPIRES_S,
    },
    signal,
  );
}
