import { createHash } from 'node:crypto';
import type { PoolClient, QueryConfig, QueryResult } from 'pg';
import type { KnownIds, Row, SqlValue, Tx } from '../tx.ts';
import { Trust } from './connections.ts';
import { asBuffer, encodeArray, storableText } from './encode-array.ts';
import { numberParameters } from './number-parameters.ts';
import { gatherTurn } from './one-piece.ts';
import { type SpreadStatement, spreadStatement } from './spread-statement.ts';

/** A statement as it is sent, by the text an operation gives. */
interface Prepared {
  readonly name: string;
  readonly text: string;
}

/** Statements are few and repeated; beyond this many the cache starts over. */
const maxStatements = 1_000;
/** Known ids kept at most; beyond it the rows are looked up. */
const maxKnown = 20_000;

/** What the transactions of one store share. */
export class Shared {
  readonly statements = new Map<string, Prepared>();
  readonly spread = new Map<string, SpreadStatement & { readonly types: readonly string[] }>();
  /** Ids of committed rows that are never removed. */
  readonly known = new Map<string, number>();
  readonly trust = new Trust(() => this.#forget());
  #forgotten = 0;

  /** How often what was known has been forgotten: what an older connection has seen is not remembered any more. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** @param since `forgotten` when they were looked for */
  remember(ids: ReadonlyMap<string, number>, since: number): void {
    if (since !== this.#forgotten) return;
    for (const [name, id] of ids) if (this.known.size < maxKnown) this.known.set(name, id);
  }

  /** A new connection may lead to another server, where rows may be lost and their ids another's. */
  #forget(): void {
    this.known.clear();
    this.#forgotten += 1;
  }
}

/** The store's transaction on one PostgreSQL connection, which the caller has lent it and takes back. */
export class PostgresTx implements Tx {
  readonly #client: PoolClient;
  readonly #shared: Shared;
  #failure: unknown;
  #ended = false;
  readonly list = '(select unnest(cast(? as bigint[])))';
  readonly textList = '(select unnest(cast(? as text[])))';
  readonly forUpdate = ' for update';
  readonly skipLocked = ' for update skip locked';
  readonly joined = null;
  /** Autovacuum does. */
  readonly releasesPages = false;
  /** Seen by this transaction; others may rely on them after the commit. */
  readonly found = new Map<string, number>();
  readonly known: KnownIds = {
    get: (name) => this.found.get(name) ?? this.#shared.known.get(name),
    set: (name, id) => {
      this.found.set(name, id);
    },
  };

  constructor(client: PoolClient, shared: Shared) {
    this.#client = client;
    this.#shared = shared;
  }

  /**
   * What went wrong first; undefined while nothing has. Of statements that are sent side by side the later ones only
   * say that the transaction is aborted, and theirs may be the word that the operation ends with.
   */
  get failure(): unknown {
    return this.#failure;
  }

  async begin(text: string): Promise<void> {
    await this.#ask(text);
  }

  /** @throws Error the first failure, also of a statement whose answer nobody waited for */
  async commit(): Promise<void> {
    this.#ended = true;
    gatherTurn(this.#client);
    const { command } = await this.#note(this.#client.query('commit'));
    if (command !== 'COMMIT') throw this.#failure ?? new Error(`the transaction ended with ${command}`);
  }

  async rollback(): Promise<void> {
    this.#ended = true;
    await this.#client.query('rollback').catch((error) => {
      // Whatever it was before: the connection is lost.
      this.#failure = error;
    });
  }

  /** Takes no more statements: what an operation leaves under way when it fails must not reach the next one's. */
  end(): void {
    this.#ended = true;
  }

  /** In the order of the numbers, so that two transactions never wait for each other. */
  async lock(name: string, ids: readonly number[]): Promise<void> {
    await this.all(
      `select pg_advisory_xact_lock(hashtextextended(cast(? as text), id))
       from (select id from unnest(cast(? as bigint[])) as ids (id) order by id offset 0) as sorted`,
      name,
      this.listOf([...new Set(ids)]),
    );
  }

  /** Waits, where it must, in the order of the numbers; what it holds while it waits has smaller ones. */
  async takeSlots(name: string, ids: readonly number[], count: number): Promise<ReadonlyMap<number, number>> {
    const busy = Math.floor(Math.random() * count);
    const rows = await this.all<{ id: number; slot: number }>(
      `select id, coalesce(
         (select slot from generate_series(0, cast(? as int) - 1) as slots (slot)
          where pg_try_advisory_xact_lock(hashtextextended(cast(? as text) || slots.slot, id)) limit 1),
         case when pg_advisory_xact_lock(hashtextextended(cast(? as text), id))::text = '' then cast(? as int) end) as slot
       from (select id from unnest(cast(? as bigint[])) as ids (id) order by id offset 0) as sorted`,
      count,
      name,
      `${name}${busy}`,
      busy,
      this.listOf([...new Set(ids)]),
    );
    return new Map(rows.map(({ id, slot }) => [id, slot]));
  }

  /** An empty list has no type of its own; PostgreSQL reads this text as one of either. */
  listOf(values: readonly (number | string)[]): SqlValue {
    if (values.length === 0) return '{}';
    return encodeArray(typeof values[0] === 'number' ? 'bigint' : 'text', values);
  }

  /** PostgreSQL takes several long walks for cheaper to read whole and sort; none is long once it is cut. */
  firstOf(walks: readonly string[], order: string, limit: number): string {
    const tail = ` order by ${order} limit ${limit}`;
    const [only] = walks;
    if (only !== undefined && walks.length === 1) return only + tail;
    return `select * from (${walks.map((walk) => `(${walk}${tail})`).join(' union all ')}) as walks${tail}`;
  }

  async all<R extends Row>(sql: string, ...params: SqlValue[]): Promise<R[]> {
    return (await this.#query(sql, params)).rows as R[];
  }

  async get<R extends Row>(sql: string, ...params: SqlValue[]): Promise<R | undefined> {
    return (await this.#query(sql, params)).rows[0] as R | undefined;
  }

  async run(sql: string, ...params: SqlValue[]): Promise<number> {
    return (await this.#query(sql, params)).rowCount ?? 0;
  }

  async each(sql: string, rows: readonly SqlValue[][]): Promise<number[]> {
    if (rows.length === 0) return [];
    const [only] = rows;
    if (rows.length === 1 && only) return [await this.run(sql, ...only)];
    const spread = this.#shared.spread.get(sql) ?? (await this.#spread(sql));
    const arrays = spread.types.map((type, index) =>
      encodeArray(
        type,
        rows.map((row) => row[index] ?? null),
      ),
    );
    const { rows: answers } = await this.#send(prepare(this.#shared, spread.sql, spread.sql), arrays);
    if (spread.returns === 'positions') return countPositions(rows.length, answers as { n: number }[]);
    const [{ firsts }] = answers as [{ firsts: string | null }];
    return firsts === null ? rows.map(() => 1) : countFirsts(rows, JSON.parse(firsts));
  }

  /** Consecutive, or tried again: another transaction's draw may have come between. */
  async reserveIds(table: 'requests', count: number): Promise<number> {
    for (;;) {
      const drawn = await this.get<{ first: number; last: number }>(
        `select min(id) as first, max(id) as last
         from (select nextval('${table}_id_seq') as id from generate_series(1, cast(? as bigint))) as drawn`,
        count,
      );
      if (drawn && drawn.last - drawn.first + 1 === count) return drawn.first;
    }
  }

  async skipIds(table: 'requests' | 'batches', count: number): Promise<void> {
    await this.get(
      `select setval('${table}_id_seq', (select last_value from ${table}_id_seq) + cast(? as bigint)) as skipped`,
      count,
    );
  }

  #query(sql: string, params: readonly SqlValue[]) {
    const known = this.#shared.statements.get(sql);
    return this.#send(known ?? prepare(this.#shared, sql, numberParameters(sql)), params);
  }

  #send({ name, text }: Prepared, params: readonly SqlValue[]) {
    const values = params.map((value) => {
      if (typeof value === 'string') return storableText(value);
      return value instanceof Uint8Array ? asBuffer(value) : value;
    });
    return this.#ask({ name, text, values });
  }

  #ask(question: string | QueryConfig): Promise<QueryResult> {
    if (this.#ended) return Promise.reject(new Error('the transaction has ended'));
    gatherTurn(this.#client);
    return this.#note(this.#client.query(question));
  }

  #note(answer: Promise<QueryResult>): Promise<QueryResult> {
    return answer.catch((error) => {
      this.#failure ??= error;
      throw error;
    });
  }

  /** PostgreSQL itself says which type each parameter has, by preparing the statement as it was written. */
  async #spread(sql: string) {
    const name = `types_${nameOf(sql)}`;
    await this.#ask(`prepare ${name} as ${numberParameters(sql)}`);
    const { rows } = await this.#ask(
      `select array_to_string(parameter_types::text[], ',') as types from pg_prepared_statements where name = '${name}'`,
    );
    await this.#ask(`deallocate ${name}`);
    const types = String((rows[0] as { types: string }).types).split(',');
    const spread = { ...spreadStatement(sql, types), types };
    this.#shared.spread.set(sql, spread);
    return spread;
  }
}

function prepare(shared: Shared, sql: string, text: string): Prepared {
  const known = shared.statements.get(sql);
  if (known) return known;
  if (shared.statements.size >= maxStatements) shared.statements.clear();
  const prepared = { name: `s_${nameOf(text)}`, text };
  shared.statements.set(sql, prepared);
  return prepared;
}

/** The same text has the same name in every process and after every restart of the cache. */
function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function countPositions(sets: number, answers: readonly { readonly n: number }[]): number[] {
  const counts = new Array<number>(sets).fill(0);
  for (const { n } of answers) counts[n - 1] = (counts[n - 1] ?? 0) + 1;
  return counts;
}

function countFirsts(rows: readonly SqlValue[][], firsts: readonly (string | number)[]): number[] {
  const inserted = new Set(firsts.map(String));
  return rows.map((row) => (inserted.has(String(row[0])) ? 1 : 0));
}
