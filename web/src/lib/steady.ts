/** Keeps a list under the reader's eyes: rows change in place, new ones wait until they are asked for. */
import { useEffect, useMemo, useRef, useState } from 'react';

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

/** @param address what the rows are a list of; another one begins anew */
export function useSteady<R>(fresh: readonly R[], idOf: (row: R) => number, address: string): Steady<R> {
  const standing = useRef<{ readonly address: string; readonly rows: readonly R[] }>({ address, rows: [] });
  const [asked, setAsked] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` says that the newest rows are wanted; idOf is a pure reading
  const rows = useMemo(() => {
    const { address: before, rows: shown } = standing.current;
    return before !== address || shown.length === 0 ? fresh : keepSteady(shown, fresh, idOf);
  }, [fresh, address, asked]);
  useEffect(() => {
    standing.current = { address, rows };
  }, [address, rows]);
  const newest = rows.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...rows.map(idOf));
  return {
    rows,
    waiting: fresh.filter((row) => idOf(row) > newest).length,
    show: () => {
      standing.current = { address, rows: [] };
      setAsked(asked + 1);
    },
  };
}
