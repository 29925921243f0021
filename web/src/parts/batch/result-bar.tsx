import type { Batch } from '../../api/types.ts';
import { count } from '../../lib/numbers.ts';
import { Meter } from '../../ui/meter.tsx';

/** How the calls of a batch ended so far. */
export function resultParts(batch: Batch) {
  const { succeeded_count, failed_count, expired_count, cancelled_count, request_count } = batch;
  const ended = succeeded_count + failed_count + expired_count + cancelled_count;
  return [
    { name: 'succeeded', value: succeeded_count, color: 'var(--tone-good)' },
    { name: 'failed', value: failed_count, color: 'var(--tone-bad)' },
    { name: 'expired', value: expired_count, color: 'var(--tone-watch)' },
    { name: 'cancelled', value: cancelled_count, color: 'var(--tone-quiet)' },
    { name: 'left', value: Math.max(0, request_count - ended), color: 'var(--color-base-300)', hollow: true },
  ];
}

export function inParts(parts: readonly { readonly name: string; readonly value: number }[]): string {
  const some = parts.filter(({ value }) => value > 0);
  return some.length === 0
    ? 'no requests'
    : some.map(({ name, value }) => `${count(value)} ${name}`).join(', ');
}

export function ResultBar({ batch, height = 8 }: { readonly batch: Batch; readonly height?: number }) {
  const parts = resultParts(batch);
  return <Meter parts={parts} label={inParts(parts)} height={height} />;
}

/** How the hand-over goes. */
export function deliveryParts(batch: Batch) {
  return [
    { name: 'delivered', value: batch.delivered_count, color: 'var(--tone-good)' },
    { name: 'delivery failed', value: batch.delivery_failed_count, color: 'var(--tone-bad)' },
    { name: 'on the way', value: batch.delivering_count, color: 'var(--tone-moving)', hollow: true },
  ];
}
