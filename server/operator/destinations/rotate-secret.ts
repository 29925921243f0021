/** A new signing secret; the one before signs as well until the overlap ends, so that no message fails meanwhile. */
import type { Rotation } from '../../../core/contract/destinations.ts';
import { AppError } from '../../../core/errors.ts';
import { makeSecret } from '../../channels/signature.ts';
import { checkWebhookSecret } from '../../config/check-secrets.ts';
import type { Context } from '../../context.ts';
import { openSealed } from '../../pipeline/7-deliver/configure-destination.ts';
import { sealPart } from './edit-destination.ts';
import { changeDestination } from './find-destination.ts';

const overlapWhenLeftOutS = 86_400;

export async function rotateSecret(
  ctx: Context,
  id: number,
  { secret: given, overlap_s = overlapWhenLeftOutS }: Rotation,
  actor: string,
): Promise<{ readonly secret: string; readonly overlapUntil: number | null }> {
  const wrong = given === undefined ? null : checkWebhookSecret(given);
  if (wrong !== null) throw new AppError('validation_error', `The secret ${wrong}`, { pointer: '/secret' });
  const secret = given ?? makeSecret();
  const row = await changeDestination(ctx, id, actor, (before, now) => {
    const part = openSealed(ctx, before);
    const old = part.secrets[0] ?? ctx.webhookSecret;
    return {
      sealed: sealPart(ctx, { ...part, secrets: [secret, old] }),
      secret_overlap_until: overlap_s === 0 ? null : now + overlap_s * 1_000,
    };
  });
  ctx.log.info({ event: 'secret_rotated', destination: id, actor });
  return { secret, overlapUntil: row.secret_overlap_until };
}
