/** Makes a destination before its first use, above all one with a path prefix. */
import type { DestinationType } from '../../../core/destination.ts';
import { AppError } from '../../../core/errors.ts';
import type { Context } from '../../context.ts';
import { refreshPrefixes } from '../../pipeline/1-intake/path-prefixes.ts';
import type { DestinationRow } from '../../store/rows.ts';

export async function createDestination(
  ctx: Context,
  input: { readonly type: DestinationType; readonly address: string },
  actor: string,
): Promise<DestinationRow> {
  const address = input.type === 'webhook' ? webhookAddress(input.address) : brokerAddress(input.address);
  const now = ctx.clock.now();
  const row = await ctx.store.createDestination({ type: input.type, address, actor, now });
  await refreshPrefixes(ctx);
  return row;
}

function webhookAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const plain =
    url && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '';
  if (!url || !plain || url.search !== '' || url.hash !== '') {
    throw wrong('must be an http or https URL without user, query or fragment, such as https://host/prefix.');
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

function brokerAddress(text: string): string {
  if (/^queue .+$/s.test(text) || /^exchange \S* key /s.test(text)) return text;
  throw wrong('must be "queue NAME" or "exchange NAME key KEY".');
}

function wrong(detail: string): AppError {
  return new AppError('validation_error', detail, { pointer: '/address' });
}
