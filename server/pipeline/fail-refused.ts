/** The provider refuses a file or a batch in this form: it fails visibly, and one that is too large is cut in two. */
import type { Context } from '../context.ts';
import type { Held } from '../engine/driver.ts';
import type { ProviderError } from '../provider/errors.ts';
import type { BatchFacts } from '../store/moves.ts';
import { moveHeld } from './move-held.ts';

/** Whether the same call would be refused again. */
export function isFinal(error: ProviderError): boolean {
  return error.kind === 'refused' || error.kind === 'too_large' || error.kind === 'conflict';
}

export async function failRefused(
  ctx: Context,
  held: Held,
  error: ProviderError,
  actor: 'upload' | 'submit',
  facts: BatchFacts = {},
): Promise<void> {
  const said = { code: error.code, message: error.message.slice(0, 2_000), line: null, param: null };
  await moveHeld(ctx, held, 'fail', {
    actor,
    reason: error.message.slice(0, 2_000),
    facts: {
      ...facts,
      failure: error.kind === 'too_large' ? 'too_large' : 'refused',
      openai_errors: JSON.stringify([said]),
      last_error: said.message,
      last_error_at: ctx.clock.now(),
    },
  });
}
