/**
 * The order of test files: those that take longest first, so that none of them starts last and keeps one core busy
 * while the others are idle. A fresh checkout knows no times, hence this list; the rest goes as vitest has it.
 */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { root } from './run.ts';

/** Longest first, as measured on two cores. */
export const longFiles: readonly string[] = [
  'test/delivery/kill-during-delivery.test.ts',
  'server/store/sqlite/conformance.test.ts',
  'test/line/random-kills.test.ts',
  'server/store/postgres/conformance.test.ts',
  'test/restore/postgres.test.ts',
  'test/line/kill-points.test.ts',
  'test/documents/commands.test.ts',
  'test/line/kill-inside.test.ts',
  'test/edges/conditions.test.ts',
  'test/documents/cli-examples.test.ts',
];

function placeOf({ moduleId }: TestSpecification): number {
  const place = longFiles.indexOf(relative(root, moduleId));
  return place < 0 ? longFiles.length : place;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => placeOf(a) - placeOf(b));
  }
}
