/** How long the service's event loop stood still, as `probes/stalls.ts` has written it down. */
import { readFileSync } from 'node:fs';

export interface Stall {
  /** Its end, epoch milliseconds. */
  readonly at: number;
  readonly ms: number;
}

/** The longest standstill that ended between these times; 0 when there was none worth writing down. */
export function longestStall(file: string, from: number, to: number): number {
  const stalls = JSON.parse(readFileSync(file, 'utf8')) as Stall[];
  return Math.max(0, ...stalls.filter(({ at }) => at >= from && at <= to).map(({ ms }) => ms));
}
