import type { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callEveryOperation } from '../conformance/every-operation.ts';
import { reads, writes } from '../operations.ts';
import { connectWriter } from './connect.ts';
import { migrate } from './migrate.ts';
import { type Recording, recordStore } from './recording-store.for-test.ts';
import { newDatabasePath } from './temp-store.for-test.ts';

/** Tables that grow with what was accepted. Statistics are never gathered, so plans do not depend on the content. */
const large = ['requests', 'request_bodies', 'results', 'attempts', 'request_runs'];

interface Exception {
  readonly operation: string;
  readonly step: RegExp;
  readonly because: string;
}

const exceptions: readonly Exception[] = [
  {
    operation: 'removeAttempts',
    step: /^SCAN attempts$/,
    because: 'walks the primary key from its start and stops at the limit of the slice',
  },
  {
    operation: 'countErrors',
    step: /USE TEMP B-TREE FOR (GROUP|ORDER) BY/,
    because: 'groups the requests of one batch, found by its index: 50,000 at most, a handful of errors',
  },
  {
    operation: 'listRuns',
    step: /TEMP B-TREE FOR ORDER BY/,
    because: 'sorts the runs of one request: three at most, found by primary key',
  },
];

let db: DatabaseSync;
let recording: Recording;

beforeAll(async () => {
  db = connectWriter(newDatabasePath());
  migrate(db);
  recording = recordStore(db);
  await callEveryOperation(recording.store);
});
afterAll(() => db.close());

/** The names by which a statement speaks of large tables. */
function namesOfLarge(sql: string): string[] {
  const found = sql.matchAll(/\b(?:from|join|update|into)\s+(\w+)(?:\s+(?:as\s+)?(\w+))?/g);
  return [...found].flatMap(([, table = '', alias = '']) => (large.includes(table) ? [table, alias] : []));
}

/** Steps of a statement's plan that look at a large table without an index, or sort what could come sorted. */
function badSteps(sql: string): string[] {
  const names = namesOfLarge(sql);
  if (names.length === 0) return [];
  const plan = db.prepare(`explain query plan ${sql}`).all() as { detail: string }[];
  return plan
    .map(({ detail }) => detail)
    .filter((detail) => {
      const [, scanned] = /^SCAN (\w+)/.exec(detail) ?? [];
      if (scanned !== undefined) return names.includes(scanned);
      return /USE TEMP B-TREE|AUTOMATIC/.test(detail);
    });
}

it('sees every operation, and statements of each', () => {
  const all = [...Object.keys(writes), ...Object.keys(reads)];
  expect(all.filter((name) => !recording.operations.has(name))).toEqual([]);
  const seen = new Set([...recording.statements.values()].flatMap((by) => [...by]));
  expect(all.filter((name) => !seen.has(name))).toEqual([]);
});

it('knows a scan and a sort when it sees one', () => {
  expect(badSteps('select r.tag from requests r where r.updated_at = 1')).toEqual(['SCAN r']);
  expect(badSteps('select count(*) from requests')[0]).toMatch(/^SCAN requests USING COVERING INDEX/);
  expect(badSteps('select id from requests where batch_id = 1 order by updated_at')).toHaveLength(1);
  expect(badSteps('select id from requests where custom_id = ?')).toEqual([]);
});

it('finds no statement that scans or sorts requests, bodies, results, attempts or runs', () => {
  const complaints = new Set<string>();
  for (const [sql, by] of recording.statements) {
    for (const step of badSteps(sql)) {
      const excused = (name: string) => exceptions.some((e) => e.operation === name && e.step.test(step));
      const names = [...by].filter((name) => !excused(name));
      if (names.length > 0) complaints.add(`${names.join(', ')}: ${step}\n${sql}`);
    }
  }
  expect([...complaints]).toEqual([]);
});

it('has no exception that is not needed', () => {
  const idle = exceptions.filter(
    ({ operation, step }) =>
      ![...recording.statements].some(
        ([sql, by]) => by.has(operation) && badSteps(sql).some((s) => step.test(s)),
      ),
  );
  expect(idle.map(({ operation }) => operation)).toEqual([]);
});
