/** Which test files failed in the last run: kept between runs, and not committed. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './run.ts';

const path = join(root, 'node_modules', '.cache', 'failed-tests.json');

/** What a report says of one test file; `name` is its path. */
export interface FileReport {
  readonly name: string;
  readonly status: string;
}

/**
 * What is still broken after a run: its own failures, and earlier ones that it did not run again.
 *
 * @param before the files that were broken until now
 */
export function stillFailing(before: readonly string[], run: readonly FileReport[]): string[] {
  const ran = new Set(run.map(({ name }) => name));
  const failed = run.filter(({ status }) => status === 'failed').map(({ name }) => name);
  return [...before.filter((name) => !ran.has(name)), ...failed].sort();
}

/** Paths from the project's root; none after a run without failures. */
export function readFailed(): string[] {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as string[];
  } catch {
    return [];
  }
}

/** Takes the files of a run into account. */
export function noteFailed(run: readonly FileReport[]): void {
  const files = run.map(({ name, status }) => ({ name: relative(root, name), status }));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(stillFailing(readFailed(), files)));
}
