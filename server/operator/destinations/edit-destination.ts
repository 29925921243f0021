/** What an operator sets on a destination: policy, headers, credentials. */
import type { DestinationEdit } from '../../../core/contract/destinations.ts';
import { AppError } from '../../../core/errors.ts';
import type { Context } from '../../context.ts';
import { openSealed, type SealedPart } from '../../pipeline/7-deliver/configure-destination.ts';
import type { DestinationFacts } from '../../store/destinations/destinations.ts';
import type { DestinationRow } from '../../store/rows.ts';
import { changeDestination } from './find-destination.ts';

export async function editDestination(
  ctx: Context,
  id: number,
  edit: DestinationEdit,
  actor: string,
): Promise<DestinationRow> {
  checkHeaders(edit.headers ?? {});
  const changed = await changeDestination(ctx, id, actor, (row) => factsOf(ctx, row, edit));
  ctx.log.info({ event: 'destination_edited', destination: id, what: Object.keys(edit), actor });
  return changed;
}

function factsOf(ctx: Context, row: DestinationRow, edit: DestinationEdit): DestinationFacts {
  const { schedule_ms, breaker, headers, authorization, ...numbers } = edit;
  return {
    ...numbers,
    ...(schedule_ms !== undefined && { schedule_ms: schedule_ms && JSON.stringify(schedule_ms) }),
    ...(breaker !== undefined && { breaker_off: breaker === 'off' ? 1 : 0 }),
    ...((headers !== undefined || authorization !== undefined) && {
      sealed: sealPart(ctx, {
        ...openSealed(ctx, row),
        ...(headers !== undefined && { headers: lowerKeys(headers ?? {}) }),
        ...(authorization !== undefined && { authorization: authorizationValue(authorization) }),
      }),
    }),
  };
}

export function sealPart({ seal }: Pick<Context, 'seal'>, part: SealedPart): string {
  return seal.close(JSON.stringify(part));
}

function authorizationValue(given: NonNullable<DestinationEdit['authorization']> | null): string | null {
  if (given === null) return null;
  if (given.type === 'bearer') {
    checkValue('authorization', given.token);
    return `Bearer ${given.token}`;
  }
  if (given.username.includes(':')) throw wrong('/authorization/username', 'must not hold a colon.');
  return `Basic ${Buffer.from(`${given.username}:${given.password}`).toString('base64')}`;
}

function lowerKeys(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Ours, or HTTP's own. */
const taken =
  /^(webhook-.*|x-batcher-.*|idempotency-key|authorization|content-(length|type|encoding)|host|connection|transfer-encoding|keep-alive|upgrade|te|trailer|expect|proxy-.*)$/i;
const headerName = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i;

function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!headerName.test(name)) throw wrong('/headers', `${JSON.stringify(name)} is no name of a header.`);
    if (taken.test(name)) {
      throw wrong(
        '/headers',
        `${name} is set by the service itself${/^auth/i.test(name) ? '; use authorization' : ''}.`,
      );
    }
    checkValue(name, value);
  }
}

function checkValue(name: string, value: string): void {
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    throw wrong(`/${name}`, 'must not hold control characters or anything beyond Latin-1.');
  }
}

function wrong(pointer: string, detail: string): AppError {
  return new AppError('validation_error', detail, { pointer });
}
