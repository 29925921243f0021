/** Figures of each hour, kept in the transaction that makes them true; read by the console. */
import type { SqlValue, Tx } from '../tx.ts';

export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

export const countedEvents = [
  'accepted',
  'succeeded',
  'failed',
  'expired',
  'cancelled',
  'delivered',
  'delivery_failed',
] as const;

/** What may be counted: requests stored, calls ended by outcome, hand-overs ended. */
export type CountedEvent = (typeof countedEvents)[number];
export type Events = Readonly<Partial<Record<CountedEvent, number>>>;

const upsert = `
  insert into hour_counts (batch_key_id, slot, hour, ${countedEvents.join(', ')})
  values (?, ?, ?, ${countedEvents.map(() => '?').join(', ')})
  on conflict (hour, batch_key_id, slot) do update set
    ${countedEvents.map((event) => `${event} = hour_counts.${event} + excluded.${event}`).join(', ')}`;

/**
 * Adds what happened to requests of some batches. Many transactions meet at these rows, so each takes them last and in
 * one order; by primary keys alone.
 */
export async function countHours(tx: Tx, now: number, byBatch: ReadonlyMap<number, Events>): Promise<void> {
  const counted = [...byBatch].filter(([, events]) => Object.values(events).some((count) => count > 0));
  if (counted.length === 0) return;
  const places = await tx.all<{ id: number; key: number; slot: number }>(
    `select b.id, b.slot, k.id as key
     from batches b join batch_keys k on k.endpoint = b.endpoint and k.model = b.model
     where b.id in ${tx.list}`,
    tx.listOf(counted.map(([batchId]) => batchId)),
  );
  const placeOf = new Map(places.map((place) => [place.id, place]));
  const happened = counted.map(([batchId, events]) => {
    const place = placeOf.get(batchId);
    if (place === undefined) throw new Error(`batch ${batchId} has no key to be counted under`);
    return { key: place.key, slot: place.slot, events };
  });
  await countAt(tx, now, happened);
}

/** What happened to requests of one pair, in batches of one slot. */
export interface Happened {
  /** The pair's id. */
  readonly key: number;
  readonly slot: number;
  readonly events: Events;
}

/** The same where it is known under which pair and slot a batch is counted. */
export async function countAt(tx: Tx, now: number, happened: readonly Happened[]): Promise<void> {
  const sums = new Map<string, { key: number; slot: number; counts: number[] }>();
  for (const { key, slot, events } of happened) {
    const before = sums.get(`${key} ${slot}`)?.counts;
    const counts = countedEvents.map((event, index) => (before?.[index] ?? 0) + (events[event] ?? 0));
    sums.set(`${key} ${slot}`, { key, slot, counts });
  }
  const hour = Math.floor(now / hourMs) * hourMs;
  const rows: SqlValue[][] = [...sums.values()]
    .sort((a, b) => a.key - b.key || a.slot - b.slot)
    .map(({ key, slot, counts }) => [key, slot, hour, ...counts]);
  await tx.each(upsert, rows);
}

/** The same for one batch. */
export function countHour(tx: Tx, batchId: number, now: number, events: Events): Promise<void> {
  return countHours(tx, now, new Map([[batchId, events]]));
}
