import type { DatabaseSync } from 'node:sqlite';
import { reads, writes } from '../operations.ts';
import type { Store } from '../store.ts';
import type { Row, SqlValue, Tx } from '../tx.ts';
import { SqliteTx } from './transaction.ts';

export interface Recording {
  /** Runs operations on the connection it was made for, in this thread. */
  readonly store: Store;
  /** Every statement that was run, with the operations that did. */
  readonly statements: Map<string, Set<string>>;
  readonly operations: Set<string>;
}

/** A store whose operations are the real ones and whose every SQL text is written down. */
export function recordStore(db: DatabaseSync): Recording {
  const inner = new SqliteTx(db);
  const statements = new Map<string, Set<string>>();
  const operations = new Set<string>();
  let operation = '';
  const note = (sql: string) => {
    const by = statements.get(sql) ?? new Set();
    statements.set(sql, by.add(operation));
  };
  const tx: Tx = {
    list: inner.list,
    textList: inner.textList,
    forUpdate: inner.forUpdate,
    skipLocked: inner.skipLocked,
    known: inner.known,
    releasesPages: inner.releasesPages,
    joined: inner.joined,
    listOf: (values) => inner.listOf(values),
    firstOf: (walks, order, limit) => inner.firstOf(walks, order, limit),
    skipIds: (table, count) => inner.skipIds(table, count),
    lock: () => inner.lock(),
    takeSlots: (name, ids) => inner.takeSlots(name, ids),
    reserveIds: (table, count) => inner.reserveIds(table, count),
    all: <R extends Row>(sql: string, ...params: SqlValue[]) => {
      note(sql);
      return inner.all<R>(sql, ...params);
    },
    get: <R extends Row>(sql: string, ...params: SqlValue[]) => {
      note(sql);
      return inner.get<R>(sql, ...params);
    },
    run: (sql, ...params) => {
      note(sql);
      return inner.run(sql, ...params);
    },
    each: (sql, rows) => {
      note(sql);
      return inner.each(sql, rows);
    },
  };
  const methods = Object.entries({ ...writes, ...reads }).map(([name, run]) => [
    name,
    (input: unknown) => {
      operation = name;
      operations.add(name);
      return (run as (tx: Tx, input: unknown) => Promise<unknown>)(tx, input);
    },
  ]);
  const store = { ...Object.fromEntries(methods), dialect: 'sqlite', close: async () => db.close() } as Store;
  return { store, statements, operations };
}
