/** Carries out an operator's wish to cancel, for a batch that is not at the provider. */
import type { Context } from '../context.ts';
import type { Held } from '../engine/driver.ts';
import { moveHeld } from './move-held.ts';

export async function cancelHeld(ctx: Context, held: Held): Promise<void> {
  await moveHeld(ctx, held, 'cancel', { actor: 'operator', reason: 'by order' });
}
