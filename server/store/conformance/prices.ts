/** Prices that operators set: what answers cost when they come, and what they cost after a price has changed. */
import { expect, it } from 'vitest';
import type { OwnPrice } from '../../../core/own-price.ts';
import type { OpenStore } from './describe-store.ts';
import { makeArrivals, makeFinding } from './make-arrivals.ts';
import { useStore } from './use-store.ts';

const model = 'gpt-4o-mini';
const day = 86_400_000;

/** $1 in, $0.50 cached, $2 out, for a million tokens; a batch pays three tenths. */
const dear: OwnPrice = {
  model,
  from_at: 0,
  input_nano_usd: 1_000_000_000,
  cached_nano_usd: 500_000_000,
  output_nano_usd: 2_000_000_000,
  batch_ppm: 300_000,
};
/** An answer of makeFinding: 8 plain tokens, 3 cached, 7 out = 8,000 + 1,500 + 14,000 nano-dollars. */
const byOwnPrice = { list_nano_usd: 23_500, paid_nano_usd: 7_050 };
const byList = { list_nano_usd: 1_000, paid_nano_usd: 500 };
/** Rates by which that answer costs 11 + 7 nano-dollars: 1 for each token. */
const flat = { base: 0.001, tiers: [] };
const listed = { input: flat, cached: flat, cacheWrite: flat, output: flat };
const byListAgain = { list_nano_usd: 18, paid_nano_usd: 9 };

export function describePrices(openStore: OpenStore): void {
  const t = useStore(openStore);
  const set = (price: OwnPrice) => t.store.setPrice({ price, actor: 'ann', now: t.line.now });
  const reprice = async (rates: typeof listed | null = listed) => {
    while (await t.store.repriceSlice({ model, listed: rates, limit: 2 }));
  };
  const answer = async (prefix: string, count: number, tag: string | null) => {
    await t.line.accept(makeArrivals(prefix, count, { tag }));
    const { id } = await t.line.sendOpen();
    await t.line.finish(() => 'succeeded');
    return id;
  };
  /** One figure, five ways: of a request, its batch, its model, its tag and its day. */
  const figures = async (customId: string, tag: string) => {
    const row = await t.store.getRequest({ customId });
    const result = await t.store.getResult({ requestId: row?.id ?? 0 });
    const batch = await t.store.getBatch({ id: row?.batch_id ?? 0 });
    const all = { from: 0, to: t.line.now + 1, limit: 10 };
    const sums = async (by: 'day' | 'model' | 'tag') => t.store.sumCosts({ by, ...all });
    const ofTag = (await sums('tag')).find((sum) => sum.tag === tag);
    return { result, batch, day: (await sums('day')).at(-1), model: (await sums('model'))[0], tag: ofTag };
  };

  it('prices an answer by the price that holds when it comes', async () => {
    await set({ ...dear, from_at: t.line.now + day });
    await answer('early', 1, 'red');
    t.line.now += day;
    await answer('late', 2, 'blue');
    const early = await figures('early1', 'red');
    expect(early.result).toMatchObject(byList);
    expect(early.tag).toMatchObject(byList);
    const late = await figures('late1', 'blue');
    expect(late.result).toMatchObject(byOwnPrice);
    const two = { list_nano_usd: 47_000, paid_nano_usd: 14_100 };
    for (const sum of [late.batch, late.day, late.tag]) expect(sum).toMatchObject(two);
    expect(late.model).toMatchObject({ list_nano_usd: 48_000, paid_nano_usd: 14_600, unpriced: 0 });
    expect(await t.store.listRepricings()).toEqual([]);
  });

  it('prices again what has come since a date in the past, in every figure, and gives it back', async () => {
    await answer('old', 1, 'red');
    t.line.now += day;
    await answer('new', 3, 'red');
    await set({ ...dear, from_at: t.line.now });
    expect(await t.store.listRepricings()).toEqual([model]);
    await reprice();
    expect(await t.store.listRepricings()).toEqual([]);
    const { result, batch, day: today, tag } = await figures('new3', 'red');
    expect(result).toMatchObject(byOwnPrice);
    for (const sum of [batch, today])
      expect(sum).toMatchObject({ list_nano_usd: 70_500, paid_nano_usd: 21_150 });
    expect(tag).toMatchObject({ list_nano_usd: 71_500, paid_nano_usd: 21_650 });
    expect((await figures('old1', 'red')).result).toMatchObject(byList);
    const [price] = await t.store.listPrices();
    expect(price).toMatchObject({ ...dear, from_at: t.line.now, updated_by: 'ann' });
    expect(await t.store.removePrice({ id: price?.id ?? 0, now: t.line.now })).toMatchObject({ model });
    await reprice();
    expect((await figures('new1', 'red')).result).toMatchObject(byListAgain);
    expect((await figures('new1', 'red')).batch).toMatchObject({ list_nano_usd: 54, paid_nano_usd: 27 });
    expect(await t.store.removePrice({ id: price?.id ?? 0, now: t.line.now })).toBeNull();
  });

  it('gives a price to what had none, and takes it away again: unknown, never zero', async () => {
    await t.line.accept(makeArrivals('a', 2, { tag: 'red' }));
    const { id } = await t.line.sendOpen();
    await t.line.move('openai_processing', 'complete');
    await t.line.move('openai_completed', 'download');
    const held = await t.line.claim('downloading');
    const rows = await t.line.rows(id, 'openai_processing');
    const findings = rows.map((row) => makeFinding(row.id, 'succeeded', { cost: null }));
    const leaseToken = held?.leaseToken ?? '';
    await t.store.applyResults({ batchId: id, leaseToken, now: t.line.now, findings, setbacks: [] });
    const before = await figures('a1', 'red');
    expect(before.result?.list_nano_usd).toBeNull();
    expect([before.batch?.unpriced_count, before.day?.unpriced]).toEqual([2, 2]);
    await set(dear);
    await reprice(null);
    const priced = await figures('a1', 'red');
    expect(priced.result).toMatchObject(byOwnPrice);
    expect(priced.batch).toMatchObject({ unpriced_count: 0, list_nano_usd: 47_000 });
    expect(priced.day).toMatchObject({ unpriced: 0, list_nano_usd: 47_000 });
    const [price] = await t.store.listPrices();
    await t.store.removePrice({ id: price?.id ?? 0, now: t.line.now });
    await reprice(null);
    const after = await figures('a1', 'red');
    expect(after.result?.list_nano_usd).toBeNull();
    expect(after.batch).toMatchObject({ unpriced_count: 2, list_nano_usd: 0, paid_nano_usd: 0 });
    expect(after.tag).toMatchObject({ unpriced: 2, list_nano_usd: 0, paid_nano_usd: 0 });
  });

  it('keeps one price for a model and a time, and tells which models there are', async () => {
    await t.line.accept([...makeArrivals('a', 1), ...makeArrivals('b', 1, { model: 'o3' })]);
    await set(dear);
    await set({ ...dear, output_nano_usd: 7 });
    await set({ ...dear, from_at: 50 });
    const prices = await t.store.listPrices();
    expect(prices.map(({ from_at: from, output_nano_usd: out }) => [from, out])).toEqual([
      [50, 2_000_000_000],
      [0, 7],
    ]);
    expect(await t.store.listModels({ limit: 10 })).toEqual([model, 'o3']);
  });
}
