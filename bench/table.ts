/** The figures as a table for people, and as JSON for programs. */
import { aimText, type Judged } from './aims.ts';
import type { Spread } from './figures.ts';
import type { Outcome } from './run-workload.ts';
import type { Workload } from './workload.ts';

const columns = [
  'workload',
  'ours',
  'floor',
  'ratio',
  'aim',
  'peak MB',
  'CPU µs/request (floor)',
  'also',
] as const;

/** A Markdown table, one row for each workload. */
export function renderTable(outcomes: readonly Outcome[]): string {
  const rows = [columns, columns.map(() => '---'), ...outcomes.map(renderRow)];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function renderRow(outcome: Outcome): string[] {
  const { workload, ours, floor, ratio, p99Ms, memMb, more, aims } = outcome;
  const also = Object.entries({ ...(p99Ms !== null && { p99Ms }), ...more });
  return [
    workload.name,
    amount(ours, workload.unit),
    floor ? amount(floor, workload.unit) : '–',
    ratio ? `**${ratio.median.toFixed(2)}** (${ratio.least.toFixed(2)} to ${ratio.most.toFixed(2)})` : '–',
    aims.map(renderAim).join('; ') || '–',
    memMb === null ? '–' : memMb.toFixed(0),
    micros(outcome),
    also.map(([name, value]) => `${name} ${short(value)}`).join(', ') || '–',
  ];
}

function micros({ cpuMsPerRequest: ours, floorCpuMsPerRequest: floor }: Outcome): string {
  if (ours === null) return '–';
  return `${(ours * 1_000).toFixed(0)}${floor === null ? '' : ` (${(floor * 1_000).toFixed(0)})`}`;
}

function renderAim({ aim, met }: Judged): string {
  return `${aimText(aim)}${met === null ? ' (not measured)' : met ? ' ✓' : ' **missed**'}`;
}

function amount({ median, least, most }: Spread, unit: Workload['unit']): string {
  return `${short(median)} ${unit} (${short(least)} to ${short(most)})`;
}

/** Three digits: no more of them held at the next run. */
function short(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

/** One object for each workload, its medians; null where a figure was not measured. */
export function renderJson(outcomes: readonly Outcome[]): string {
  const figures = outcomes.map(({ workload, ours, floor, ratio, aims, p99Ms, memMb, cpuMsPerRequest }) => ({
    name: workload.name,
    ours: ours.median,
    floor: floor?.median ?? null,
    ratio: ratio?.median ?? null,
    aim: aims.map(({ aim }) => aimText(aim)).join('; '),
    p99Ms,
    memMb,
    cpuMsPerRequest,
  }));
  return `${JSON.stringify(figures, null, 2)}\n`;
}
