/** The calls: how many of each kind ended how, and which ran into each other. */
import type { Route } from '../scripts/rule.ts';

export interface SeenCall {
  readonly route: Route | 'unknown';
  /** What it was about: "batch <id>", "file <id>", "metadata <json>". */
  readonly about: readonly string[];
  /** A status code, or how it ended without one. */
  readonly outcome: string;
}

export interface Overlap {
  readonly about: string;
  readonly routes: readonly [string, string];
  /** Milliseconds of simulator time. */
  readonly at: number;
}

export interface CallLedger {
  /** Notes that a call is under way; the function that comes back ends it. */
  begin(route: SeenCall['route'], about: readonly string[], at: number): (outcome: string) => SeenCall;
  /** By route, by outcome. */
  counts(): Record<string, Record<string, number>>;
  /** Pairs of calls about the same thing that were under way at the same time: how many, and the first thousand. */
  overlaps(): { readonly count: number; readonly list: readonly Overlap[] };
}

const overlapsKept = 1_000;

export function createCallLedger(): CallLedger {
  const counts: Record<string, Record<string, number>> = {};
  const underWay = new Map<string, string[]>();
  const overlaps: Overlap[] = [];
  let overlapCount = 0;

  function enter(about: string, route: string, at: number): void {
    const others = underWay.get(about) ?? [];
    for (const other of others) {
      overlapCount++;
      if (overlaps.length < overlapsKept) overlaps.push({ about, routes: [other, route], at });
    }
    underWay.set(about, [...others, route]);
  }

  function leave(about: string, route: string): void {
    const left = underWay.get(about) ?? [];
    left.splice(left.indexOf(route), 1);
    if (left.length === 0) underWay.delete(about);
  }

  return {
    begin(route, about, at) {
      for (const thing of about) enter(thing, route, at);
      return (outcome) => {
        for (const thing of about) leave(thing, route);
        counts[route] ??= {};
        const byOutcome = counts[route];
        byOutcome[outcome] = (byOutcome[outcome] ?? 0) + 1;
        return { route, about, outcome };
      };
    },
    counts: () => counts,
    overlaps: () => ({ count: overlapCount, list: overlaps }),
  };
}
