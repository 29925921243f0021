import { expect, test } from 'vitest';
import { aimText, judgeAims } from './aims.ts';
import { describeMachine, describeYardstick, replaceTable } from './document.ts';
import { spreadOf } from './figures.ts';
import type { Outcome } from './run-workload.ts';
import { renderJson, renderTable } from './table.ts';
import type { Workload } from './workload.ts';

const workload: Workload = {
  name: 'intake',
  work: 'requests',
  floor: 'no store',
  unit: '/s',
  aims: [
    { figure: 'ratio', atLeast: 0.65 },
    { figure: 'p99Ms', atMost: 50 },
  ],
  stores: ['sqlite'],
  prepare: () => Promise.reject(new Error('only its description is read here')),
};

const figures = {
  ratio: spreadOf([0.6, 0.7, 0.66]),
  p99Ms: 61.26,
  memMb: 210.4,
  cpuMsPerRequest: 0.1234,
  floorCpuMsPerRequest: 0.05,
  more: {},
};
const outcome: Outcome = {
  workload,
  pairs: 3,
  ours: spreadOf([9_400, 9_500, 9_450.4]),
  floor: spreadOf([15_000, 14_000, 14_500]),
  yardstick: [7, 11.26],
  ...figures,
  aims: judgeAims(workload.aims, { ...figures, ours: 9_450, ratio: figures.ratio.median }),
};

test('a row tells medians, spreads, what was aimed at and whether it was met', () => {
  const [, , row] = renderTable([outcome]).split('\n');
  expect(row).toBe(
    '| intake | 9,450 /s (9,400 to 9,500) | 14,500 /s (14,000 to 15,000) | **0.66** (0.60 to 0.70) | ' +
      'ratio ≥ 0.65 ✓; p99Ms ≤ 50 **missed** | 210 | 123 (50) | p99Ms 61.3 |',
  );
});

test('a round number keeps its noughts', () => {
  const round = { ...outcome, ours: spreadOf([300, 100, 20]), floor: spreadOf([0.5, 10]) };
  expect(renderTable([round])).toContain('| 100 /s (20 to 300) | 5.25 /s (0.5 to 10) |');
});

test('every row has as many cells as the head', () => {
  const bare: Outcome = {
    ...outcome,
    floor: null,
    ratio: null,
    p99Ms: null,
    memMb: null,
    cpuMsPerRequest: null,
  };
  const cells = renderTable([outcome, bare])
    .split('\n')
    .map((row) => row.split('|').length);
  expect(new Set(cells).size).toBe(1);
});

test('the JSON holds the promised fields and no others', () => {
  const [json] = JSON.parse(renderJson([outcome])) as Record<string, unknown>[];
  expect(json).toEqual({
    name: 'intake',
    ours: 9_450.4,
    floor: 14_500,
    ratio: 0.66,
    aim: 'ratio ≥ 0.65; p99Ms ≤ 50',
    p99Ms: 61.26,
    memMb: 210.4,
    cpuMsPerRequest: 0.1234,
  });
});

test('an aim whose figure was not measured is neither met nor missed', () => {
  const [judged] = judgeAims([{ figure: 'stallMs', atMost: 50 }], { ...figures, ours: 1, ratio: 1 });
  expect(judged?.met).toBeNull();
});

test('an aim with two bounds names both', () => {
  expect(aimText({ figure: 'ratio', atLeast: 0.5, atMost: 2 })).toBe('ratio ≥ 0.5, ≤ 2');
});

test('a document keeps all but what stands between its markers', () => {
  const table = (rows: string) =>
    `# Speed\n<!-- bench sqlite -->\n${rows}\n<!-- /bench sqlite -->\nThe rest.\n`;
  expect(replaceTable(table('old'), 'sqlite', 'new')).toBe(table('new'));
  expect(() => replaceTable(table('old'), 'postgres', 'new')).toThrow('<!-- bench postgres -->');
  expect(() => replaceTable(table('old') + table('old'), 'sqlite', 'new')).toThrow('twice');
});

test('a table says where it is from', () => {
  const facts = {
    date: '2026-01-02',
    cpus: 2,
    cpu: 'Some CPU',
    node: '24.0.0',
    load: 0.04,
    command: 'npm run bench',
  };
  expect(describeMachine(facts)).toBe(
    '2026-01-02, 2 × Some CPU, Node 24.0.0, load of the machine before 0.0; `npm run bench`',
  );
});

test('and how steady the machine was', () => {
  expect(describeYardstick([7, 11.26, 6.5])).toBe('; yardstick 7.0 µs (6.5 to 11.3)');
  expect(describeYardstick([])).toBe('');
});
