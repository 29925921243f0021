/** The calls: how many of each kind ended how, and which ran into each other. */
import type { Route } from '../scripts/rule.ts';

export interface SeenCall {
  readonly route: Route | 'unknown';
  /** What it was about: "batch <id>", "file <id>", "metadata <json>", and of an upload "name <file name>". */
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

/** A call that is under way. */
export interface UnderWay {
  /** It turns out to be about something else as well. */
  concerns(thing: string, at: number): void;
  end(outcome: string): SeenCall;
}

export interface CallLedger {
  begin(route: SeenCall['route'], about: readonly string[], at: number): UnderWay;
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
    begin(route, things, at) {
      const about: string[] = [];
      const concerns = (thing: string, since: number) => {
        about.push(thing);
        enter(thing, route, since);
      };
      for (const thing of things) concerns(thing, at);
      return {
        concerns,
        end(outcome) {
          for (const thing of about) leave(thing, route);
          counts[route] ??= {};
          const byOutcome = counts[route];
          byOutcome[outcome] = (byOutcome[outcome] ?? 0) + 1;
          return { route, about, outcome };
        },
      };
    },
    counts: () => counts,
    overlaps: () => ({ count: overlapCount, list: overlaps }),
  };
}
