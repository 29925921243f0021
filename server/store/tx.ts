/**
 * What an operation may do with a database, whichever it is. An operation is written once, runs whole inside
 * one transaction, and never waits for anything but the database.
 */

export type SqlValue = string | number | null | Uint8Array;

/** A row as a driver returns it: columns by name; times are epoch milliseconds. */
export type Row = object;

/** Ids of rows that are never removed, by a name of the caller's choice; forgotten when a write is rolled back. */
export interface KnownIds {
  get(name: string): number | undefined;
  set(name: string, id: number): void;
}

/** One open transaction, or, for reads, one consistent view. */
export interface Tx {
  /** Parameters are written `?` in both dialects. */
  all<R extends Row>(sql: string, ...params: SqlValue[]): Promise<R[]>;
  get<R extends Row>(sql: string, ...params: SqlValue[]): Promise<R | undefined>;
  /** Number of rows changed. */
  run(sql: string, ...params: SqlValue[]): Promise<number>;
  /**
   * Runs one `insert … values (…)` or `update … where …` for each set of parameters; the number of rows changed
   * by each. A set in one statement on PostgreSQL: an insert's first column must tell its rows apart, and no
   * two updates may aim at one row.
   */
  each(sql: string, rows: readonly SqlValue[][]): Promise<number[]>;
  /** The first of `count` fresh, consecutive ids; never handed out again, not even after a deletion. */
  reserveIds(table: 'requests', count: number): Promise<number>;
  /** Leaves out the next `count` ids of a table, as if they had been given to rows. */
  skipIds(table: 'requests' | 'batches', count: number): Promise<void>;
  /** Keeps other transactions out of what goes by this name and these numbers until this one ends. */
  lock(name: string, ids: readonly number[]): Promise<void>;
  /**
   * For each number one of `count` places that nobody else is in, until this transaction ends: the first that is
   * free, so that where nobody meets it is always 0. Waits only where all are taken.
   */
  takeSlots(name: string, ids: readonly number[], count: number): Promise<ReadonlyMap<number, number>>;
  /** SQL for "one of these numbers", to stand after `in`; its parameter is made by `listOf`. */
  readonly list: string;
  /** The same for texts. */
  readonly textList: string;
  listOf(values: readonly (number | string)[]): SqlValue;
  /**
   * SQL for the first rows of several selects taken together, each of which an index answers in this very order.
   * None is read further than the rows need.
   */
  firstOf(walks: readonly string[], order: string, limit: number): string;
  /**
   * Ends a select whose rows this transaction goes on to judge or change. Every operation takes rows in one order, or two
   * would wait for each other: requests with an outcome, batches, requests without one, figures, destinations last, and
   * each kind by id (docs/decisions/0048).
   */
  readonly forUpdate: string;
  /**
   * Ends a select that claims rows: what another transaction holds is passed over. With a limit it stands in
   * `with picked as materialized (…)`: PostgreSQL may run a mere subquery twice, and so claim too many.
   */
  readonly skipLocked: string;
  /**
   * SQL for one value: the bytes of all `line`s, one after the other, of a select that is ordered by `id` and has both.
   * Null where rows of their own cost less than one large value.
   */
  readonly joined: string | null;
  readonly known: KnownIds;
  /** Whether free pages are given back by `releasePages`, rather than by the database itself. */
  readonly releasesPages: boolean;
}
