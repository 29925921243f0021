import type { Screen } from './progress.ts';

/** What a run came to, counted at the receiver and at the provider. */
export interface Totals {
  readonly requested: number;
  readonly accepted: number;
  readonly delivered: number;
  /** Batches created at the provider. */
  readonly batches: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Requests delivered under two ids, and lines that the provider ran in more than one batch. */
  readonly duplicates: number;
  /** Whether the provider could be asked what it ran. */
  readonly countedAtProvider: boolean;
  /** The same delivery id again, which is allowed. */
  readonly repeats: number;
  readonly wrong: number;
  /** Batches that still owed something at the end. */
  readonly unfinished: number;
  readonly tokens: number;
  readonly listNanoUsd: number;
  readonly paidNanoUsd: number;
  readonly seconds: number;
}

/** What is wrong with a run, in words; nothing, when every request came back exactly once. */
export function findFaults(totals: Totals): string[] {
  const lost = totals.accepted - totals.delivered;
  const faults: readonly (readonly [number, string])[] = [
    [totals.requested - totals.accepted, 'requests were never accepted'],
    [lost, 'accepted requests were not delivered'],
    [totals.duplicates, 'requests were run or delivered twice'],
    [totals.wrong, 'deliveries were forged, malformed or not the answer to their request'],
    [totals.unfinished, 'batches were not finished'],
  ];
  const found = faults.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  if (!totals.countedAtProvider) found.push('the simulator could not be asked what it ran');
  return found;
}

/** Prints the table and, last, the one line that scripts read. */
export function printReport(totals: Totals, screen: Screen): void {
  const rows = tableOf(totals);
  const left = Math.max(...rows.map(([label]) => label.length));
  const right = Math.max(...rows.map(([, value]) => value.length));
  const rule = `${'─'.repeat(left + right + 3)}\n`;
  const lines = rows.map(([label, value]) => `${label.padEnd(left)}   ${value.padStart(right)}\n`);
  screen.write(`\n${rule}${lines.join('')}${rule}${summarise(totals)}\n`);
}

/** The line that scripts read. */
export function summarise(totals: Totals): string {
  const { accepted, delivered, duplicates, batches, seconds } = totals;
  const lost = accepted - delivered;
  return `demo: accepted=${accepted} delivered=${delivered} lost=${lost} duplicates=${duplicates} batches=${batches} seconds=${seconds.toFixed(1)}`;
}

function tableOf(totals: Totals): [string, string][] {
  return [
    ['accepted', count(totals.accepted)],
    ['batches', count(totals.batches)],
    ['succeeded', count(totals.succeeded)],
    ['failed', count(totals.failed)],
    ['delivered', count(totals.delivered)],
    ...(totals.repeats > 0 ? [['delivered again', count(totals.repeats)] as [string, string]] : []),
    ['tokens', count(totals.tokens)],
    ['list price', dollars(totals.listNanoUsd)],
    ['paid', dollars(totals.paidNanoUsd)],
    ['saved', dollars(totals.listNanoUsd - totals.paidNanoUsd)],
    ['seconds', totals.seconds.toFixed(1)],
  ];
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

function dollars(nano: number): string {
  return `$${(nano / 1e9).toFixed(4)}`;
}
