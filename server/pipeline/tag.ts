/** How our things are recognised at the provider, where several installations may share a project. */
import type { Context } from '../context.ts';
import type { BatchRow } from '../store/rows.ts';

/** Key of our tag in a batch's metadata. */
export const tagKey = 'openai_batch_manager';

/** Remote batches with these statuses have run nothing that could be taken over. */
export const worthless: ReadonlySet<string> = new Set(['failed', 'cancelled', 'cancelling']);

/** Tag of one attempt at creating a batch: installation, batch, attempt. */
export function tagOf(
  ctx: Pick<Context, 'installationId'>,
  batch: Pick<BatchRow, 'id'>,
  attempt: number,
): string {
  return `${tagPrefix(ctx, batch)}${attempt}`;
}

/** What every attempt's tag of this batch begins with. */
export function tagPrefix(ctx: Pick<Context, 'installationId'>, batch: Pick<BatchRow, 'id'>): string {
  return `${ctx.installationId}:${batch.id}:`;
}

/** Name of a batch's input file; a batch that is restarted or re-cut has another one. */
export function inputFileName(
  ctx: Pick<Context, 'installationId'>,
  batch: Pick<BatchRow, 'id' | 'submit_attempt'>,
): string {
  return `${ctx.installationId}-${batch.id}-${batch.submit_attempt}.jsonl`;
}

/** What a tag of this installation says, or null for anything else. */
export function readTag(
  ctx: Pick<Context, 'installationId'>,
  tag: string | undefined,
): { readonly batchId: number; readonly attempt: number } | null {
  const [installation, batchId, attempt, ...more] = tag?.split(':') ?? [];
  if (installation !== ctx.installationId || more.length > 0) return null;
  const read = { batchId: Number(batchId), attempt: Number(attempt) };
  return Number.isSafeInteger(read.batchId) && Number.isSafeInteger(read.attempt) ? read : null;
}

/** Whose input file this is, by its name; null when it is none of this installation's. */
export function batchOfFile(ctx: Pick<Context, 'installationId'>, name: string | null): number | null {
  const [, installation, batchId] = /^([0-9a-z]+)-(\d{1,15})-\d{1,9}\.jsonl$/.exec(name ?? '') ?? [];
  return installation === ctx.installationId ? Number(batchId) : null;
}
