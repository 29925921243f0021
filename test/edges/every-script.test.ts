/**
 * W4: every row of every script reaches the right outcome and has it delivered. The expectation is the hand-written
 * table beside this file; what happened is asked from outside. Invariants B14, B18, R5, R7, D1.
 */
import { afterAll, expect, test } from 'vitest';
import { catalogue } from '../../simulator/index.ts';
import { EdgeLine } from './edge-line.ts';
import { chatRows, expectations, findDifferences, usualRows, wordOf } from './expectations.ts';

const table: string[][] = [];

test('every script of the simulator has an expectation', () => {
  expect(Object.keys(expectations).sort()).toEqual(catalogue.map(({ name }) => name).sort());
});

test.concurrent.each(Object.entries(expectations))('%s', async (name, edge) => {
  const rows = edge.rows ?? chatRows(usualRows);
  const line = await EdgeLine.set({ ...edge, scripts: [name, ...(edge.with ?? [])] });
  try {
    await line.send(rows);
    await edge.act?.(line);
    await line.delivered(rows.length, 60_000);
    const batches = await line.ended();
    expect(findDifferences(line, rows, edge)).toEqual([]);
    expect(line.receiver.problems).toEqual([]);
    expect(line.receiver.count().duplicates).toBe(0);
    if (!edge.paidTwice) expect(line.simulator.summary().paidTwice).toBe(0);
    for (const batch of batches) {
      if (batch.output_lines === null) continue;
      const { id, sent_count, output_lines, error_lines, missing_lines } = batch;
      expect([id, sent_count]).toEqual([id, output_lines + error_lines + missing_lines]);
    }
    await edge.look?.(line);
  } finally {
    note(name, rows.length, line);
    await line.close();
  }
});

function note(name: string, rows: number, line: EdgeLine): void {
  const counts = new Map<string, number>();
  for (const found of line.outcomes().values()) {
    counts.set(wordOf(found), (counts.get(wordOf(found)) ?? 0) + 1);
  }
  const outcomes = [...counts].sort().map(([word, count]) => `${count} ${word}`);
  const { batches } = line.simulator.summary();
  table.push([name, String(rows), String(batches), outcomes.join(', ')]);
}

afterAll(() => {
  const rows = [['script', 'rows', 'batches', 'outcomes, delivered'], ...table.sort()];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  console.log(`\n${lines.join('\n')}\n`);
});
