/** Orders the cancellation at the provider; what it has finished is still billed, and still delivered. */
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import { ProviderError } from '../../provider/errors.ts';
import type { RemoteBatch } from '../../provider/port.ts';
import { isFinal } from '../fail-refused.ts';

const ended = new Set(['completed', 'failed', 'expired', 'cancelled', 'cancelling']);

/** The remote batch afterwards. One that has ended meanwhile, or is being cancelled, is left alone; so is a refusal. */
export async function cancelRemote(ctx: Context, held: Held, remote: RemoteBatch): Promise<RemoteBatch> {
  if (ended.has(remote.status)) return remote;
  try {
    return await ctx.provider.cancelBatch(remote.id, held.signal);
  } catch (error) {
    if (error instanceof ProviderError && isFinal(error)) {
      return ctx.provider.getBatch(remote.id, held.signal);
    }
    throw error;
  }
}
