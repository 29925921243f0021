/**
 * What was copied to PostgreSQL goes on there. The file stays as it is and is marked, since a service that is started on
 * it by mistake would send again what is under way. The mark is a table of its own, so that it goes with the file
 * wherever that is moved, and no copy takes it along.
 */
import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../core/errors.ts';

export const markTable = 'data_moved';

export interface MovedMark {
  /** Host and database, without user or password. */
  readonly target: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Undefined for a file that nobody has copied, or that was taken back. */
export function readMark(db: DatabaseSync): MovedMark | undefined {
  const found = db.prepare('select 1 from sqlite_schema where name = ?').get(markTable);
  if (!found) return undefined;
  return db.prepare(`select target, at from ${markTable}`).get() as MovedMark | undefined;
}

/** Once is enough: a mark that is there stays. */
export function markMoved(db: DatabaseSync, url: string, now: number): void {
  const { host, pathname } = new URL(url);
  db.exec('begin immediate');
  db.exec(
    `create table if not exists ${markTable} (id integer primary key, target text not null, at integer not null)`,
  );
  db.prepare(`insert or ignore into ${markTable} (id, target, at) values (1, ?, ?)`).run(
    host + pathname,
    now,
  );
  db.exec('commit');
}

/** @returns whether there was a mark */
export function removeMark(db: DatabaseSync): boolean {
  const was = readMark(db) !== undefined;
  db.exec(`drop table if exists ${markTable}`);
  return was;
}

/** @throws AppError that says where it goes on, and how the file is taken back */
export function refuseMoved(db: DatabaseSync, path: string): void {
  const mark = readMark(db);
  if (mark) throw new AppError('invalid_state', explainMark(path, mark));
}

export function explainMark(path: string, { target, at }: MovedMark): string {
  return (
    `${path} was copied to PostgreSQL (${target}) on ${new Date(at).toISOString()}. What is under way goes on there: ` +
    'started here as well, it would be sent twice. Set DATABASE_URL. If that copy is given up for good, take the file ' +
    `back: openai-batch-manager migrate-data --take-back --from sqlite:${path}`
  );
}
