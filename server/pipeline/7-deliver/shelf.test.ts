import { expect, test } from 'vitest';
import type { ClaimedDelivery } from '../../store/deliveries/claim-deliveries.ts';
import type { DestinationRow } from '../../store/rows.ts';
import { Shelf } from './shelf.ts';

const row = (id: number, over: Partial<DestinationRow> = {}) =>
  ({ id, breaker: 'closed', failures: 0, concurrency: null, ...over }) as DestinationRow;
const delivery = (id: number, destination_id: number) => ({ id, destination_id }) as ClaimedDelivery;

/** So many deliveries to each destination, numbered through. */
function shelfOf(counts: Readonly<Record<number, number>>, over: Partial<DestinationRow> = {}): Shelf {
  const shelf = new Shelf();
  const ids = Object.keys(counts).map(Number);
  const deliveries = ids.flatMap((id) =>
    Array.from({ length: counts[id] ?? 0 }, (_, n) => delivery(100 * id + n, id)),
  );
  const rows = ids.map((id) => row(id, over));
  shelf.add(deliveries, rows, 1_000);
  return shelf;
}

const mostOf = ({ concurrency }: DestinationRow) => concurrency ?? 50;
const idsOf = (taken: ReturnType<Shelf['take']>) => taken.map(({ delivery: { id } }) => id);

test('a place that falls free goes to whoever has the fewest in flight', () => {
  const shelf = shelfOf({ 1: 5, 2: 5 });
  const inFlight = new Map([
    [1, 7],
    [2, 6],
  ]);
  expect(idsOf(shelf.take(3, inFlight, mostOf)).sort()).toEqual([100, 200, 201]);
  expect([shelf.countOf(1), shelf.countOf(2), shelf.size]).toEqual([4, 3, 7]);
});

test('one that hangs keeps its own waiting, and nobody else', () => {
  const shelf = shelfOf({ 1: 5, 2: 5 });
  expect(idsOf(shelf.take(4, new Map([[1, 50]]), mostOf))).toEqual([200, 201, 202, 203]);
});

test('limits, doubts and an open breaker hold here as they do for a claim', () => {
  expect(idsOf(shelfOf({ 1: 9 }, { concurrency: 2 }).take(9, new Map(), mostOf))).toEqual([100, 101]);
  expect(shelfOf({ 1: 9 }, { failures: 3 }).take(9, new Map(), mostOf)).toHaveLength(5);
  expect(shelfOf({ 1: 9 }, { breaker: 'open' }).take(9, new Map(), mostOf)).toHaveLength(1);
});

test('the latest row counts: what was claimed before follows it', () => {
  const shelf = shelfOf({ 1: 3 });
  shelf.add([delivery(199, 1)], [row(1, { concurrency: 1 })], 1_001);
  expect(idsOf(shelf.take(9, new Map(), mostOf))).toEqual([100]);
});

test('gives up what stood too long, or all of a destination', () => {
  const shelf = shelfOf({ 1: 2, 2: 2 });
  shelf.add([delivery(300, 2)], [row(2)], 2_000);
  expect(shelf.dropOlder(1_500).map(({ id }) => id)).toEqual([100, 101, 200, 201]);
  expect(shelf.drop(2).map(({ id }) => id)).toEqual([300]);
  expect(shelf.size).toBe(0);
});
