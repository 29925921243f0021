/**
 * The life of a batch: validating → in_progress → finalizing → completed, with failed, expired, cancelling and
 * cancelled beside it. Each step is an appointment on the clock; a step that comes when the batch has moved on
 * does nothing.
 */
import { windowS } from '../limits.ts';
import type { Unfinished } from '../scripts/rule.ts';
import type { World } from '../world.ts';
import { type Batch, type BatchStatus, enteredAt, isTerminal } from './batch.ts';
import { checkCaps } from './check-cap.ts';
import { runRows } from './run-rows.ts';
import { fileNotFound, validateFile } from './validate-file.ts';

/** Sets a new batch going. */
export function startLife(world: World, batch: Batch): void {
  const { clock, settings } = world;
  const expiresAt = batch.createdAt + (batch.effect.expire?.afterMs ?? windowS * 1000);
  clock.at(batch.createdAt + settings.timing.validateMs + heldMs(batch, 'validating'), () =>
    validate(world, batch),
  );
  clock.at(expiresAt, () => expire(world, batch));
}

/** Moves a batch to another state. */
export function enter(world: World, batch: Batch, status: BatchStatus): void {
  batch.status = status;
  batch.history.push({ status, at: world.clock.now() });
  if (isTerminal(status)) world.tokens.release(batch);
  world.events.emit('batch-status', batch, status);
}

/** Rows that a running batch has done so far; 0 before, all of them afterwards. */
export function countDone(world: World, batch: Batch): number {
  if (batch.doneAtCancel !== null) return batch.doneAtCancel;
  const startedAt = enteredAt(batch, 'in_progress');
  if (startedAt === null) return 0;
  if (batch.status !== 'in_progress') return batch.total;
  const runMs = runMsOf(world, batch);
  const elapsed = runMs === 0 ? 1 : (world.clock.now() - startedAt) / runMs;
  return Math.floor(batch.total * Math.min(elapsed, batch.effect.progress ?? 1));
}

function heldMs({ effect }: Batch, status: BatchStatus): number {
  if (effect.hold?.status !== status) return 0;
  return effect.hold.forMs ?? Number.POSITIVE_INFINITY;
}

function runMsOf({ settings }: World, batch: Batch): number {
  const { runMs } = settings.timing;
  return typeof runMs === 'number' ? runMs : runMs.base + runMs.perRow * batch.total;
}

async function validate(world: World, batch: Batch): Promise<void> {
  if (batch.status !== 'validating') return;
  const verdict = await world.pacer.takeTurn(() => validateFile(world, batch));
  if ((batch.status as BatchStatus) !== 'validating') return;
  const scripted = batch.effect.fail?.map((error) => ({
    ...error,
    message: error.message.replace('{input_file_id}', batch.inputFileId),
  }));
  const errors = scripted ?? verdict.errors;
  if (errors !== null || verdict.errors !== null)
    return fail(world, batch, errors ?? [fileNotFound(batch.inputFileId)]);
  batch.model = verdict.model;
  const refusal = checkCaps(world, batch, verdict.size, 'late');
  if (refusal !== null) {
    const { code, message } = refusal;
    return fail(world, batch, [{ code, message, param: null, line: null }]);
  }
  batch.total = verdict.total;
  world.tokens.enqueue(batch, verdict.size);
  begin(world, batch);
}

function fail(world: World, batch: Batch, errors: NonNullable<Batch['errors']>): void {
  batch.errors = errors;
  enter(world, batch, 'failed');
}

function begin(world: World, batch: Batch): void {
  const { clock } = world;
  enter(world, batch, 'in_progress');
  const { expire: expiry, cancelAfterMs } = batch.effect;
  if (cancelAfterMs !== undefined) clock.at(clock.now() + cancelAfterMs, () => void cancel(world, batch));
  if (expiry !== undefined || cancelAfterMs !== undefined) return;
  clock.at(clock.now() + runMsOf(world, batch) + heldMs(batch, 'in_progress'), () => finish(world, batch));
}

/** All rows are run; then the files are put together. */
async function finish(world: World, batch: Batch): Promise<void> {
  if (batch.status !== 'in_progress') return;
  const wasRun = await runOnce(world, batch, batch.total, 'batch_expired');
  if (!wasRun || (batch.status as BatchStatus) !== 'in_progress') return;
  enter(world, batch, 'finalizing');
  const completesAt = world.clock.now() + world.settings.timing.finalizeMs + heldMs(batch, 'finalizing');
  world.clock.at(completesAt, () => {
    if (batch.status === 'finalizing') enter(world, batch, 'completed');
  });
}

/** The window is over: what is done is kept. A batch that only lacks its files still gets them. */
async function expire(world: World, batch: Batch): Promise<void> {
  if (batch.status === 'validating') return enter(world, batch, 'expired');
  if (batch.status !== 'in_progress') return;
  const wasRun = await runOnce(world, batch, doneAtEnd(world, batch), 'batch_expired');
  if (wasRun && (batch.status as BatchStatus) === 'in_progress') enter(world, batch, 'expired');
}

/** Begins to cancel, as if a client had asked. The caller has checked that it may. */
export function cancel(world: World, batch: Batch): boolean {
  if (isTerminal(batch.status) || batch.status === 'cancelling') return false;
  if (batch.status === 'in_progress') batch.doneAtCancel = doneAtEnd(world, batch);
  else batch.doneAtCancel = batch.total;
  enter(world, batch, 'cancelling');
  const cancelMs = batch.effect.cancelMs ?? world.settings.timing.cancelMs;
  world.clock.at(world.clock.now() + cancelMs, () => finishCancel(world, batch));
  return true;
}

async function finishCancel(world: World, batch: Batch): Promise<void> {
  if (batch.total > 0) await runOnce(world, batch, batch.doneAtCancel ?? 0, 'batch_cancelled');
  enter(world, batch, 'cancelled');
}

function doneAtEnd(world: World, batch: Batch): number {
  const { progress } = batch.effect;
  return progress === undefined ? countDone(world, batch) : Math.floor(batch.total * progress);
}

/** Runs the rows, unless they run already; then it waits for that. Says whether this very call has run them. */
async function runOnce(
  world: World,
  batch: Batch,
  done: number,
  reason: 'batch_expired' | 'batch_cancelled',
): Promise<boolean> {
  const isFirst = batch.running === null;
  const unfinished: Unfinished = batch.effect.unfinished ?? 'listed';
  batch.running ??= runRows(world, batch, { done, unfinished, reason });
  batch.result = await batch.running;
  return isFirst;
}
