/**
 * What an operation may do with a database, whichever it is. An operation is written once, runs whole inside
 * one transaction, and never waits for anything but the database.
 */

export type SqlValue = string | number | null | Uint8Array;

/** A row as a driver returns it: columns by name; times are epoch milliseconds. */
export type Row = object;

/** One open transaction, or, for reads, one consistent view. */
export interface Tx {
  /** Parameters are written `?` in both dialects. */
  all<R extends Row>(sql: string, ...params: SqlValue[]): Promise<R[]>;
  get<R extends Row>(sql: string, ...params: SqlValue[]): Promise<R | undefined>;
  /** Number of rows changed. */
  run(sql: string, ...params: SqlValue[]): Promise<number>;
  /** Runs one statement for each set of parameters; the number of rows changed by each. */
  each(sql: string, rows: readonly SqlValue[][]): Promise<number[]>;
  /** The first of `count` fresh, consecutive ids; never handed out again, not even after a deletion. */
  reserveIds(table: 'requests', count: number): Promise<number>;
  /** SQL for "one of these numbers", to stand after `in`; its parameter is made by `listOf`. */
  readonly list: string;
  listOf(ids: readonly number[]): SqlValue;
}
