/** Keeps a list under the reader's eyes: rows change in place, new ones wait until they are asked for. */
import { useEffect, useRef, useState } from 'react';

export interface Steady<R> {
  readonly rows: readonly R[];
  /** How many newer ones wait. */
  readonly waiting: number;
  readonly show: () => void;
}

/**
 * What stands, given what a new look brought. Rows come by falling id. A row that the new look lacks has left the list
 * when its place is inside the look; below it, newer rows have only pushed it out.
 */
export function keepSteady<R>(standing: readonly R[], fresh: readonly R[], idOf: (row: R) => number): R[] {
  const byId = new Map(fresh.map((row) => [idOf(row), row]));
  const lowest = fresh.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...byId.keys());
  return standing.flatMap((row) => {
    const now = byId.get(idOf(row));
    if (now) return [now];
    return idOf(row) < lowest && fresh.length > 0 ? [row] : [];
  });
}

/** @param address what the list is of; another one begins anew */
export function useSteady<R>(fresh: readonly R[], idOf: (row: R) => number, address: string): Steady<R> {
  const [standing, setStanding] = useState<readonly R[]>(fresh);
  const shownFor = useRef(address);
  const begins = shownFor.current !== address || standing.length === 0;
  const rows = begins ? fresh : keepSteady(standing, fresh, idOf);
  useEffect(() => {
    shownFor.current = address;
    setStanding(rows);
  });
  const newest = rows.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...rows.map(idOf));
  return {
    rows,
    waiting: fresh.filter((row) => idOf(row) > newest).length,
    show: () => setStanding(fresh),
  };
}
