/**
 * Lists of requests, newest or oldest first, at any size of the table.
 *
 * One filter drives: an index walked by id, from either end. The others are tested on the rows it yields, and at most
 * `scanBudget` rows are looked at for one page: a page may hold fewer rows than asked for, even none, and still
 * have a next one. So no combination of filters can scan the table.
 */
import type { ListOrder } from '../../../core/list-order.ts';
import { type Outcome, type RequestState, requestStates } from '../../../core/request.ts';
import type { SqlValue, Tx } from '../tx.ts';
import type { RequestDetail } from './requests.ts';

export interface RequestFilter {
  readonly state?: RequestState;
  readonly outcome?: Outcome;
  readonly model?: string;
  readonly endpoint?: string;
  readonly batchId?: number;
  readonly tag?: string;
  readonly destinationId?: number;
  /** Created at or after, and before: epoch milliseconds. */
  readonly after?: number;
  readonly before?: number;
}

export interface ListRequestsInput extends RequestFilter {
  /** Newest first (`desc`) when left out. */
  readonly order?: ListOrder;
  /** Keyset: only requests past this id, in the list's order. */
  readonly cursor: number | null;
  readonly limit: number;
}

export interface ListRequestsOutput {
  readonly rows: RequestDetail[];
  /** Where the next page goes on, or null at the end. */
  readonly nextCursor: number | null;
}

/** Rows looked at for one page when filters are combined. */
export const scanBudget = 5_000;
/** Of these, so many at first, and then that many times more. */
const firstStep = 100;
const stepGrowth = 7;
/** Rows between two ids that were looked at, at most: some may have come into a walk since they were counted. */
const mostBetween = 2 * scanBudget;

interface Walk {
  /** Equality prefixes of one index; each is walked by id and the walks are merged. */
  readonly branches: readonly { readonly sql: string; readonly params: readonly SqlValue[] }[];
  /** Filters that the branches already answer. */
  readonly answers: ReadonlySet<keyof RequestFilter>;
}

/** Both ends belong to it. */
interface IdRange {
  readonly lowest: number;
  readonly highest: number;
}

interface Tests {
  readonly sql: readonly string[];
  readonly params: readonly SqlValue[];
}

export async function listRequests(tx: Tx, input: ListRequestsInput): Promise<ListRequestsOutput> {
  const range = await idRange(tx, input);
  const walk = await chooseWalk(tx, input);
  if (walk.branches.length === 0 || range.lowest > range.highest) return { rows: [], nextCursor: null };
  const tests = remainingTests(input, walk);
  if (tests.sql.length === 0) {
    const rows = await readRows(tx, input, walk, range, tests, { limit: input.limit, budget: input.limit });
    return { rows, nextCursor: nextOf(rows, input.limit) };
  }
  return testRows(tx, input, walk, range, tests);
}

/** In steps, each longer than the one before: where most rows pass the tests, few are looked at. */
async function testRows(
  tx: Tx,
  input: ListRequestsInput,
  walk: Walk,
  range: IdRange,
  tests: Tests,
): Promise<ListRequestsOutput> {
  const { order = 'desc', limit } = input;
  const rows: RequestDetail[] = [];
  let rest = range;
  let left = scanBudget;
  for (let step = stepOf(limit); ; step = Math.min(left, step * stepGrowth)) {
    // Where this step begins and ends, whatever the tests say. Rows come and change between two statements, ids do not.
    const seen = await tx.get<{ rows: number; lowest: number | null; highest: number | null }>(
      `select count(*) as rows, min(id) as lowest, max(id) as highest
       from (${firstIds(tx, walk, order, step)}) as seen`,
      ...paramsOf(walk, rest),
    );
    if (!seen || seen.lowest === null || seen.highest === null) return { rows, nextCursor: null };
    const looked = { lowest: seen.lowest, highest: seen.highest };
    const wanted = { limit: limit - rows.length, budget: mostBetween };
    rows.push(...(await readRows(tx, input, walk, looked, tests, wanted)));
    const full = nextOf(rows, limit);
    if (full !== null || seen.rows < step) return { rows, nextCursor: full };
    left -= step;
    if (left === 0) return { rows, nextCursor: order === 'desc' ? looked.lowest : looked.highest };
    rest = behind(rest, looked, order);
  }
}

function stepOf(limit: number): number {
  return Math.min(scanBudget, Math.max(firstStep, 2 * limit));
}

/** What of a range comes behind a part of it, in the order of the list. */
function behind({ lowest, highest }: IdRange, part: IdRange, order: ListOrder): IdRange {
  return order === 'desc' ? { lowest, highest: part.lowest - 1 } : { lowest: part.highest + 1, highest };
}

function nextOf(rows: readonly RequestDetail[], limit: number): number | null {
  return rows.length === limit ? (rows.at(-1)?.id ?? null) : null;
}

function readRows(
  tx: Tx,
  { order = 'desc' }: ListRequestsInput,
  walk: Walk,
  range: IdRange,
  tests: Tests,
  { limit, budget }: { readonly limit: number; readonly budget: number },
): Promise<RequestDetail[]> {
  return tx.all<RequestDetail>(
    `select r.*, k.endpoint, k.model from requests r join batch_keys k on k.id = r.batch_key_id
     where r.id in (${firstIds(tx, walk, order, budget)})${tests.sql.map((sql) => ` and ${sql}`).join('')}
     order by r.id ${order} limit ?`,
    ...paramsOf(walk, range),
    ...tests.params,
    limit,
  );
}

/** SQL for the first ids of a walk; its parameters are made by `paramsOf`. */
function firstIds(tx: Tx, walk: Walk, order: ListOrder, count: number): string {
  const walks = walk.branches.map(({ sql }) => `select id from requests where ${sql} and id between ? and ?`);
  return tx.firstOf(walks, `id ${order}`, count);
}

function paramsOf(walk: Walk, { lowest, highest }: IdRange): SqlValue[] {
  return walk.branches.flatMap(({ params }) => [...params, lowest, highest]);
}

/** Ids follow creation time, so a time range is an id range. Index: requests_by_created_at. */
async function idRange(tx: Tx, input: ListRequestsInput): Promise<IdRange> {
  const { cursor, order = 'desc' } = input;
  let lowest = cursor !== null && order === 'asc' ? cursor + 1 : 0;
  let highest = cursor !== null && order === 'desc' ? cursor - 1 : Number.MAX_SAFE_INTEGER;
  if (input.after !== undefined) {
    const first = await tx.get<{ id: number }>(
      'select id from requests where created_at >= ? order by created_at, id limit 1',
      input.after,
    );
    lowest = Math.max(lowest, first?.id ?? Number.MAX_SAFE_INTEGER);
  }
  if (input.before !== undefined) {
    const last = await tx.get<{ id: number }>(
      'select id from requests where created_at < ? order by created_at desc, id desc limit 1',
      input.before,
    );
    highest = Math.min(highest, last?.id ?? -1);
  }
  return { lowest, highest };
}

/** The filter expected to yield the fewest rows drives. */
async function chooseWalk(tx: Tx, filter: RequestFilter): Promise<Walk> {
  const { batchId, tag, outcome, state, destinationId } = filter;
  if (batchId !== undefined) {
    const states = state === undefined ? requestStates : [state];
    return {
      branches: states.map((s) => ({ sql: 'batch_id = ? and state = ?', params: [batchId, s] })),
      answers: new Set(['batchId', 'state']),
    };
  }
  if (destinationId !== undefined && state === 'delivery_failed') {
    // Index: requests_failed_by_destination.
    return {
      branches: [{ sql: `destination_id = ? and state = 'delivery_failed'`, params: [destinationId] }],
      answers: new Set(['destinationId', 'state']),
    };
  }
  if (tag !== undefined) return oneBranch('tag', 'tag = ?', tag);
  if (outcome !== undefined && outcome !== 'succeeded') return oneBranch('outcome', 'outcome = ?', outcome);
  if (state !== undefined) return oneBranch('state', 'state = ?', state);
  if (filter.model !== undefined || filter.endpoint !== undefined) return keyWalk(tx, filter);
  if (outcome !== undefined) return oneBranch('outcome', 'outcome = ?', outcome);
  return everyRequest;
}

const everyRequest: Walk = { branches: [{ sql: 'true', params: [] }], answers: new Set() };

function oneBranch(answers: keyof RequestFilter, sql: string, value: SqlValue): Walk {
  return { branches: [{ sql, params: [value] }], answers: new Set([answers]) };
}

/** More {endpoint, model} pairs than this are not merged: the newest requests are tested instead. */
const maxKeys = 100;

/** One branch for each {endpoint, model} pair that matches. */
async function keyWalk(tx: Tx, { model, endpoint }: RequestFilter): Promise<Walk> {
  const keys = await tx.all<{ id: number }>(
    `select id from batch_keys where (cast(? as text) is null or model = ?) and (cast(? as text) is null or endpoint = ?) limit ${maxKeys + 1}`,
    model ?? null,
    model ?? null,
    endpoint ?? null,
    endpoint ?? null,
  );
  if (keys.length > maxKeys) return everyRequest;
  return {
    branches: keys.map(({ id }) => ({ sql: 'batch_key_id = ?', params: [id] })),
    answers: new Set(['model', 'endpoint']),
  };
}

/** The filters that the walk does not answer. */
function remainingTests(filter: RequestFilter, walk: Walk): Tests {
  const columns = {
    state: 'r.state',
    outcome: 'r.outcome',
    model: 'k.model',
    endpoint: 'k.endpoint',
    batchId: 'r.batch_id',
    tag: 'r.tag',
    destinationId: 'r.destination_id',
  } as const;
  const sql: string[] = [];
  const params: SqlValue[] = [];
  for (const [name, column] of Object.entries(columns) as [keyof typeof columns, string][]) {
    const value = filter[name];
    if (value === undefined || walk.answers.has(name)) continue;
    sql.push(`${column} = ?`);
    params.push(value);
  }
  return { sql, params };
}
