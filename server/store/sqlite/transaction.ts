import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { KnownIds, Row, SqlValue, Tx } from '../tx.ts';

/** Statements are few and repeated; beyond this many the cache starts over. */
const maxStatements = 500;

/** Known ids kept at most; beyond it the rows are looked up. */
const maxKnown = 20_000;

/** The store's transaction on one SQLite connection. Answers are there at once; the promises are for PostgreSQL. */
export class SqliteTx implements Tx {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly list = '(select value from json_each(?))';
  readonly textList = this.list;
  /** The writer is alone: nothing needs a lock. */
  readonly forUpdate = '';
  readonly skipLocked = '';
  readonly releasesPages = true;
  /** SQLite keeps the order of a select under this aggregate, and would sort a second time if it were named here. */
  readonly joined = "cast(group_concat(line, '') as blob)";
  readonly #known = new Map<string, number>();
  readonly known: KnownIds = {
    get: (name) => this.#known.get(name),
    set: (name, id) => {
      if (this.#known.size < maxKnown) this.#known.set(name, id);
    },
  };

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Forgets what a rolled back transaction may have made. */
  forget(): void {
    this.#known.clear();
  }

  async lock(): Promise<void> {}

  async takeSlots(_name: string, ids: readonly number[]): Promise<ReadonlyMap<number, number>> {
    return new Map(ids.map((id) => [id, 0]));
  }

  listOf(values: readonly (number | string)[]): SqlValue {
    return JSON.stringify(values);
  }

  /** SQLite merges what comes in order, and would sort what was cut beforehand. */
  firstOf(walks: readonly string[], order: string, limit: number): string {
    return `select * from (${walks.join(' union all ')}) as walks order by ${order} limit ${limit}`;
  }

  async all<R extends Row>(sql: string, ...params: SqlValue[]): Promise<R[]> {
    return this.#prepare(sql).all(...(params as SQLInputValue[])) as unknown as R[];
  }

  async get<R extends Row>(sql: string, ...params: SqlValue[]): Promise<R | undefined> {
    return this.#prepare(sql).get(...(params as SQLInputValue[])) as R | undefined;
  }

  async run(sql: string, ...params: SqlValue[]): Promise<number> {
    return Number(this.#prepare(sql).run(...(params as SQLInputValue[])).changes);
  }

  async each(sql: string, rows: readonly SqlValue[][]): Promise<number[]> {
    const statement = this.#prepare(sql);
    return rows.map((params) => Number(statement.run(...(params as SQLInputValue[])).changes));
  }

  async reserveIds(table: 'requests', count: number): Promise<number> {
    const row = await this.get<{ last_id: number }>(
      'update id_counters set last_id = last_id + ? where name = ? returning last_id',
      count,
      table,
    );
    if (!row) throw new Error(`no id counter for ${table}`);
    return row.last_id - count + 1;
  }

  async skipIds(table: 'requests' | 'batches', count: number): Promise<void> {
    if (table === 'requests') await this.reserveIds(table, count);
    else {
      await this.run(
        'insert into sqlite_sequence (name, seq) select ?, 0 where not exists (select 1 from sqlite_sequence where name = ?)',
        table,
        table,
      );
      await this.run('update sqlite_sequence set seq = seq + ? where name = ?', count, table);
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    if (this.#statements.size >= maxStatements) this.#statements.clear();
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
