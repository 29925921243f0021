/** Whether what was aimed at was met. */
import type { Aim } from './workload.ts';

export interface Judged {
  readonly aim: Aim;
  /** Null when the run did not show the figure. */
  readonly met: boolean | null;
}

export interface Figures {
  readonly ours: number;
  readonly ratio: number | null;
  readonly p99Ms: number | null;
  readonly memMb: number | null;
  readonly more: Readonly<Record<string, number>>;
}

export function judgeAims(aims: readonly Aim[], { more, ...named }: Figures): Judged[] {
  const figures: Readonly<Record<string, number | null | undefined>> = { ...more, ...named };
  return aims.map((aim) => {
    const value = figures[aim.figure];
    if (value === null || value === undefined) return { aim, met: null };
    return { aim, met: value >= (aim.atLeast ?? -Infinity) && value <= (aim.atMost ?? Infinity) };
  });
}

/** In words, such as `ratio ≥ 0.65`. */
export function aimText({ figure, atLeast, atMost }: Aim): string {
  const bounds = [atLeast === undefined ? '' : `≥ ${atLeast}`, atMost === undefined ? '' : `≤ ${atMost}`];
  return `${figure} ${bounds.filter((bound) => bound !== '').join(', ')}`;
}
