/**
 * Sends a closed batch's input file.
 *
 * The file's name carries our tag, so a file that was sent and not recorded is found again and taken over. One that is
 * told of too late is recorded where it still serves, and else removed.
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
    ? { id: twin.inputFileId, createdAt: twin.createdAt, expiresAt: null }
    : ((await findFile(ctx, held)) ?? (await sendFile(ctx, held)));
  if (!file) return;
  reach('upload: file sent, not recorded');
  const current = await ctx.store.recordUploaded({
    batch,
    leaseToken: held.leaseToken,
    file,
    credentials: ctx.provider.credentials,
    now: ctx.clock.now(),
  });
  if (!current) {
    ctx.wakeUps.wake('upkeep');
    ctx.log.warn({ event: 'late_file', batch: batch.id, remote: file.id });
    return;
  }
  if (current.cancel_requested_at !== null && !twin) return cancelHeld(ctx, { ...held, batch: current });
  await moveHeld(ctx, held, 'upload', { actor: 'upload' });
  reach('upload: recorded, driver not told');
}

/** After a try with an unknown end the file may be there already. Looks no further back than the batch. */
async function findFile(ctx: Context, { batch, leaseToken, signal }: Held): Promise<RemoteFile | null> {
  if (batch.provider_credentials !== ctx.provider.credentials) {
    const facts = { provider_credentials: ctx.provider.credentials };
    if (!(await ctx.store.recordFacts({ batchId: batch.id, leaseToken, facts }))) {
      throw new Error('the lease was lost before the file was sent');
    }
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
