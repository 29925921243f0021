/**
 * A batch that the provider refused at validation. Nothing ran. The lines that it names are mapped to requests,
 * line n being the nth of the file; these end with what the provider said, and the others go on without them.
 */
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import { reach } from '../../engine/kill-points.ts';
import type { RemoteBatch, RemoteBatchError } from '../../provider/port.ts';
import type { Refusal } from '../../store/batches/note-refusals.ts';
import type { BatchFacts } from '../../store/moves.ts';
import { moveHeld } from '../move-held.ts';

/** Rows looked at, and refusals noted, at once. */
const sliceRows = 1_000;

export async function failAtValidation(
  ctx: Context,
  held: Held,
  remote: RemoteBatch,
  facts: BatchFacts,
): Promise<void> {
  const refused = await noteLines(ctx, held, remote.errors);
  reach('poll: refused lines noted, batch not moved');
  const [first] = remote.errors;
  const why = first ? `${first.code ?? 'error'}: ${first.message}` : 'failed without a reason';
  await moveHeld(ctx, held, 'fail', {
    facts: {
      ...facts,
      failure: refused > 0 ? 'invalid_lines' : 'unexplained',
      refusals: held.batch.refusals + 1,
      last_error: why,
      last_error_at: ctx.clock.now(),
    },
    actor: 'provider',
    reason: refused > 0 ? `${refused} lines refused; ${why}` : why,
  });
}

/** @returns how many requests were refused; 0 when no error names a line that is in the file */
async function noteLines(ctx: Context, held: Held, errors: readonly RemoteBatchError[]): Promise<number> {
  const byLine = new Map<number, RemoteBatchError>();
  for (const error of errors) {
    if (error.line !== null && !byLine.has(error.line)) byLine.set(error.line, error);
  }
  let refused = 0;
  if (byLine.size === 0) return refused;
  const { batch, leaseToken } = held;
  let afterId = 0;
  for (let line = 1; ; ) {
    const ids = await ctx.store.sentIds({ batchId: batch.id, afterId, limit: sliceRows });
    const refusals = ids.flatMap((id, index) => {
      const error = byLine.get(line + index);
      return error ? [refusalOf(id, error)] : [];
    });
    if (refusals.length > 0) {
      const note = { batchId: batch.id, leaseToken, run: batch.submit_attempt, refusals };
      if (!(await ctx.store.noteRefusals({ ...note, now: ctx.clock.now() }))) {
        throw new Error('the lease was lost while refused lines were noted');
      }
    }
    refused += refusals.length;
    line += ids.length;
    afterId = ids.at(-1) ?? afterId;
    if (ids.length < sliceRows) return refused;
  }
}

function refusalOf(requestId: number, error: RemoteBatchError): Refusal {
  return { requestId, code: error.code ?? 'invalid_request', message: error.message.slice(0, 2_000) };
}
