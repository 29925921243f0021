/** Sends one message to a destination, signed and configured as deliveries are, and tells how that went. */
import type { AttemptResult } from '../../../core/delivery.ts';
import { AppError } from '../../../core/errors.ts';
import type { Context } from '../../context.ts';
import { configureDestination } from '../../pipeline/7-deliver/configure-destination.ts';
import type { DestinationRow } from '../../store/rows.ts';
import { findDestination } from './find-destination.ts';

const longestMs = 50_000;

/** It is no attempt at any outcome: health and breaker take no notice. */
export async function testDestination(
  ctx: Context,
  id: number,
  path: string | undefined,
): Promise<{ readonly deliveryId: string; readonly result: AttemptResult }> {
  const row = await findDestination(ctx, id);
  const channel = ctx.channels[row.type];
  if (!channel) throw new AppError('invalid_state', `This installation has no channel for ${row.type}.`);
  const now = ctx.clock.now();
  const deliveryId = `test_${ctx.installationId}_${id}_${now}`;
  const content = {
    id: null,
    custom_id: 'test',
    response: null,
    error: { code: 'test', message: 'This is a test.' },
  };
  const parcel = {
    deliveryId,
    requestId: 0,
    customId: 'test',
    outcome: 'failed',
    attempt: 1,
    content: Buffer.from(JSON.stringify(content)),
    target: targetOf(row, path),
    destination: configureDestination(ctx, row),
  } as const;
  return { deliveryId, result: await channel.send(parcel, longestMs) };
}

function targetOf({ type, address }: DestinationRow, path = ''): unknown {
  if (type === 'webhook') {
    const url = `${address}${path === '' || path.startsWith('/') ? path : `/${path}`}`;
    if (!URL.canParse(url) || new URL(url).origin !== new URL(address).origin) {
      throw new AppError('validation_error', 'must be a path.', { pointer: '/path' });
    }
    return { type, webhook_url: url };
  }
  const [, queue] = /^queue (.*)$/s.exec(address) ?? [];
  if (queue !== undefined) return { type, rabbitmq_queue: queue };
  const [, exchange = '', key = ''] = /^exchange (.*?) key (.*)$/s.exec(address) ?? [];
  return { type, rabbitmq_exchange: exchange, rabbitmq_routing_key: key };
}
