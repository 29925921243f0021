/**
 * Deliveries that are claimed and not sent yet, by destination, so that a place that falls free is filled at once. They
 * take no place: a destination that hangs holds what stands here for it, and nothing of its neighbours'.
 */
import { placesOf } from '../../../core/breaker.ts';
import type { ClaimedDelivery } from '../../store/deliveries/claim-deliveries.ts';
import { sharePlaces } from '../../store/deliveries/share-places.ts';
import type { DestinationRow } from '../../store/rows.ts';

/** A delivery with its destination as it was when it was claimed. */
export interface Shelved {
  readonly delivery: ClaimedDelivery;
  readonly row: DestinationRow;
}

interface Line {
  /** As it was claimed last. */
  row: DestinationRow;
  waiting: { readonly delivery: ClaimedDelivery; readonly since: number }[];
}

export class Shelf {
  readonly #lines = new Map<number, Line>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many stand here for a destination. */
  countOf(destinationId: number): number {
    return this.#lines.get(destinationId)?.waiting.length ?? 0;
  }

  /** @param now epoch milliseconds */
  add(deliveries: readonly ClaimedDelivery[], rows: readonly DestinationRow[], now: number): void {
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const delivery of deliveries) {
      const row = byId.get(delivery.destination_id);
      if (!row) continue;
      const line = this.#lines.get(row.id) ?? { row, waiting: [] };
      line.row = row;
      line.waiting.push({ delivery, since: now });
      this.#lines.set(row.id, line);
      this.#size += 1;
    }
  }

  /**
   * Takes what is to be sent now: each place goes to whoever has the fewest in flight, within its limits.
   *
   * @param inFlight by destination
   * @param mostOf how many may be in flight to one, whatever its health allows
   */
  take(
    places: number,
    inFlight: ReadonlyMap<number, number>,
    mostOf: (row: DestinationRow, inFlight: number) => number,
  ): Shelved[] {
    if (places <= 0 || this.#size === 0) return [];
    const contenders = [...this.#lines].map(([id, { row, waiting }]) => {
      const held = inFlight.get(id) ?? 0;
      const most = placesOf(row, mostOf(row, held));
      return { id, inFlight: held, most: Math.min(most, held + waiting.length) };
    });
    return [...sharePlaces(contenders, places)].flatMap(([id, count]) => this.#takeFrom(id, count));
  }

  /** Takes away all of one destination. */
  drop(destinationId: number): ClaimedDelivery[] {
    return this.#takeFrom(destinationId, this.countOf(destinationId)).map(({ delivery }) => delivery);
  }

  /** Takes away everything. */
  dropAll(): ClaimedDelivery[] {
    return this.dropOlder(Number.POSITIVE_INFINITY);
  }

  /** Takes away what has stood here since before `time`. */
  dropOlder(time: number): ClaimedDelivery[] {
    return [...this.#lines].flatMap(([id, { waiting }]) => {
      const young = waiting.findIndex(({ since }) => since >= time);
      return this.#takeFrom(id, young < 0 ? waiting.length : young).map(({ delivery }) => delivery);
    });
  }

  #takeFrom(destinationId: number, count: number): Shelved[] {
    const line = this.#lines.get(destinationId);
    if (!line) return [];
    const taken = line.waiting.splice(0, count);
    this.#size -= taken.length;
    if (line.waiting.length === 0) this.#lines.delete(destinationId);
    return taken.map(({ delivery }) => ({ delivery, row: line.row }));
  }
}
