import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestIdOf } from '../../../core/line-id.ts';
import type { ListOrder } from '../../../core/list-order.ts';
import { outcomes, requestStates } from '../../../core/request.ts';
import type { FilePage } from '../read/file-lines.ts';
import { type RequestFilter, scanBudget } from '../read/list-requests.ts';
import type { RequestDetail } from '../read/requests.ts';
import type { Store } from '../store.ts';
import type { OpenStore } from './describe-store.ts';
import { Line } from './line.ts';
import { limitsWith, makeArrival, makeArrivals, notDelivered } from './make-arrivals.ts';

const models = ['gpt-4o', 'gpt-4o-mini'] as const;
const endpoints = ['/v1/responses', '/v1/embeddings'] as const;
const tags = ['red', 'blue', null] as const;
const [endpoint] = endpoints;

/** Of the lines of a page, each of which must be JSON. */
function idsIn(page: FilePage | null): (number | null)[] {
  const lines = Buffer.from(page?.bytes ?? [])
    .toString()
    .split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => requestIdOf(JSON.parse(line).custom_id));
}

export function describeReads(openStore: OpenStore): void {
  let store: Store;
  let line: Line;
  let everything: RequestDetail[];
  beforeAll(async () => {
    store = await openStore();
    line = new Line(store);
    await fill(line);
    everything = await pages(store, {}, 100);
  });
  afterAll(() => store.close());

  it('has what the tests need: many states, outcomes, tags and times', () => {
    expect(everything).toHaveLength(72);
    expect(new Set(everything.map((row) => row.state)).size).toBeGreaterThan(4);
    expect(new Set(everything.map((row) => row.tag)).size).toBe(3);
  });

  it('pages through every matching request exactly once, from either end, under any filters', async () => {
    const optional = <T>(...values: readonly T[]) =>
      fc.option(fc.constantFrom(...values), { nil: undefined });
    const times = [999_999, 1_000_000, 1_000_150, 1_000_300, 1_000_500, 2_000_000];
    const anyFilter = fc.record({
      state: optional(...requestStates),
      outcome: optional(...outcomes),
      model: optional(...models, 'unknown'),
      endpoint: optional(...endpoints),
      batchId: optional(...new Set(everything.map((row) => row.batch_id)), 999),
      tag: optional('red', 'blue', 'none'),
      after: optional(...times),
      before: optional(...times),
    });
    const property = fc.asyncProperty(anyFilter, fc.integer({ min: 1, max: 20 }), async (drawn, limit) => {
      const filter = Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined));
      const found = await pages(store, filter, limit);
      const wanted = everything.filter((row) => matches(row, filter));
      expect(found.map((row) => row.id)).toEqual(wanted.map((row) => row.id));
      const oldestFirst = await pages(store, filter, limit, 'asc');
      expect(oldestFirst.map((row) => row.id)).toEqual(wanted.map((row) => row.id).reverse());
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it('reads a file in the order of its lines, whole, and cuts pages by bytes', async () => {
    const batch = everything.find((row) => row.state === 'pending')?.batch_id ?? 0;
    const rows = everything.filter((row) => row.batch_id === batch).reverse();
    const sizes: number[] = [];
    const ids: (number | null)[] = [];
    for (let afterId = 0; ; ) {
      const page = await store.sentPage({ batchId: batch, endpoint, afterId, maxBytes: 250, limit: 10 });
      if (!page) break;
      sizes.push(page.lines);
      ids.push(...idsIn(page));
      expect(page.lastId).toBe(ids.at(-1));
      afterId = page.lastId;
    }
    expect(ids).toEqual(rows.map((row) => row.id));
    expect(Math.max(...sizes)).toBe(3);
    const whole = { batchId: batch, endpoint, afterId: 0, maxBytes: 1_000_000, limit: 4 };
    const pending = rows.filter((row) => row.state === 'pending').slice(0, 4);
    expect(idsIn(await store.inputPage(whole))).toEqual(pending.map(({ id }) => id));
  });

  it('ends a page with the line that reaches the bytes, so that a large one travels alone', async () => {
    const large = makeArrivals('large', 3, { lineBytes: 5_000_000, model: 'big' });
    await line.accept(large);
    const { batch_id: batchId } = (await store.getRequest({ customId: 'large1' })) as RequestDetail;
    const page = { batchId, endpoint, afterId: 0, maxBytes: 1_000_000, limit: 500 };
    expect(await store.inputPage(page)).toMatchObject({ lines: 1 });
    expect(await store.inputPage({ ...page, maxBytes: 5_000_001 })).toMatchObject({ lines: 2 });
    await store.cancelRequest({ customId: 'large1', now: line.now });
    expect(await store.inputPage({ ...page, maxBytes: 99_000_000 })).toMatchObject({ lines: 2 });
    expect(await store.sentPage({ ...page, maxBytes: 99_000_000 })).toMatchObject({ lines: 3 });
  });

  it('lists the lines of a file in their order', async () => {
    const batch = everything.find((row) => row.state === 'openai_processing')?.batch_id ?? 0;
    const rows = everything.filter((row) => row.batch_id === batch && row.state === 'openai_processing');
    const ids = rows.map((row) => row.id).reverse();
    expect(await store.sentIds({ batchId: batch, afterId: 0, limit: 2 })).toEqual(ids.slice(0, 2));
    expect(await store.sentIds({ batchId: batch, afterId: ids[0] ?? 0, limit: 99 })).toEqual(ids.slice(1));
  });

  it('gives a short page with a way on rather than look at more rows than its budget', async () => {
    const many = scanBudget + 300;
    for (let at = 0; at < many; at += 1_000) {
      const group = makeArrivals(`m${at}-`, Math.min(1_000, many - at), { model: 'many' });
      await line.accept(group, limitsWith({}));
    }
    const first = await store.listRequests({ state: 'pending', model: 'big', cursor: null, limit: 5 });
    expect(first.rows).toEqual([]);
    expect(first.nextCursor).not.toBeNull();
    const rest = await pages(store, { state: 'pending', model: 'big' }, 5);
    expect(rest.map((row) => row.custom_id)).toEqual(['large3', 'large2']);
    const newest = (await store.listRequests({ state: 'pending', cursor: null, limit: 1 })).rows[0];
    await line.accept(makeArrivals('last', 1, { model: 'late' }));
    const late = { state: 'pending', model: 'late' } as const;
    const oldest = await store.listRequests({ ...late, order: 'asc', cursor: null, limit: 5 });
    expect(oldest.rows).toEqual([]);
    expect(oldest.nextCursor).not.toBeNull();
    expect((await pages(store, late, 5, 'asc')).map(({ id }) => id > (newest?.id ?? 0))).toEqual([true]);
  });

  it('fills a page from as many steps as it takes, and loses nothing between two', async () => {
    const thinly = Array.from({ length: 900 }, (_, n) =>
      makeArrival(`thin${n}`, { model: n % 45 === 0 ? 'now-and-then' : 'often' }),
    );
    await line.accept(thinly, limitsWith({}));
    const names = thinly.filter(({ model }) => model === 'now-and-then').map(({ customId }) => customId);
    const filter = { state: 'pending', model: 'now-and-then' } as const;
    const page = await store.listRequests({ ...filter, cursor: null, limit: 7 });
    expect(page.rows.map((row) => row.custom_id)).toEqual(names.toReversed().slice(0, 7));
    for (const [order, expected] of [
      ['desc', names.toReversed()],
      ['asc', names],
    ] as const) {
      expect((await pages(store, filter, 7, order)).map((row) => row.custom_id)).toEqual(expected);
    }
  });

  it('finds every request of an endpoint that many models share', async () => {
    const models = Array.from({ length: 105 }, (_, index) => `own-${index}`);
    const group = models.map((model, index) =>
      makeArrivals(`k${index}-`, 1, { model, endpoint: '/v1/completions' }),
    );
    await line.accept(group.flat());
    expect(await pages(store, { endpoint: '/v1/completions' }, 50)).toHaveLength(105);
  });
}

async function pages(
  store: Store,
  filter: RequestFilter,
  limit: number,
  order?: ListOrder,
): Promise<RequestDetail[]> {
  const rows: RequestDetail[] = [];
  let cursor: number | null = null;
  do {
    const page: Awaited<ReturnType<Store['listRequests']>> = await store.listRequests({
      ...filter,
      ...(order && { order }),
      cursor,
      limit,
    });
    if (page.rows.length > limit) throw new Error('a page holds more than was asked for');
    rows.push(...page.rows);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return rows;
}

function matches(row: RequestDetail, filter: RequestFilter): boolean {
  const { after, before, batchId, ...equal } = filter;
  if (after !== undefined && row.created_at < after) return false;
  if (before !== undefined && row.created_at >= before) return false;
  if (batchId !== undefined && row.batch_id !== batchId) return false;
  return Object.entries(equal).every(([name, value]) => row[name as keyof RequestDetail] === value);
}

/** 72 requests over time, in batches that stand at different points of the line. */
async function fill(line: Line): Promise<void> {
  for (let group = 0; group < 6; group++) {
    line.now += 100;
    for (const [index, model] of models.entries()) {
      for (const endpoint of endpoints) {
        const tag = tags[(group + index) % 3] ?? null;
        const over = { model, endpoint, tag, ...(group % 2 === 0 ? notDelivered : {}) };
        await line.accept(makeArrivals(`${group}-${model}-${endpoint}-`, 3, over));
      }
    }
    if (group === 0 || group === 3) await line.sendOpen();
    if (group === 1) await line.finish(({ id }) => (id % 3 === 0 ? 'failed' : 'succeeded'));
    if (group === 2) await line.handOver();
    if (group === 4) await line.sendOpen();
    if (group === 5) await line.finish(({ id }) => (id % 2 === 0 ? 'missing' : 'succeeded'));
  }
  line.now += 100;
  const [row] = (await line.store.listRequests({ state: 'pending', cursor: null, limit: 1 })).rows;
  if (row) await line.store.cancelRequest({ customId: row.custom_id, now: line.now });
}
