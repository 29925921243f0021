/**
 * Prices answers again after a price of their model was set or taken back. Every figure of money follows in the same
 * transaction: the answer's, its batch's, its day's. What retention has removed keeps the price that it had.
 */
import { priceAt, ratesOf } from '../../../core/own-price.ts';
import { type Cost, costOf, type ModelRates } from '../../../core/pricing.ts';
import { type RequestState, requestStates } from '../../../core/request.ts';
import { dayMs } from '../figures/count-hour.ts';
import { findBatchKeyId } from '../intake/find-batch-key.ts';
import type { ResultRow } from '../rows.ts';
import type { Tx } from '../tx.ts';
import type { PriceRow } from './prices.ts';

interface Repricing {
  readonly model: string;
  readonly from_at: number;
  readonly batch_id: number;
  readonly request_id: number;
}

type Answer = Pick<
  ResultRow,
  'request_id' | 'input_tokens' | 'cached_tokens' | 'output_tokens' | 'list_nano_usd' | 'paid_nano_usd'
> & { readonly tag: string | null; readonly outcome_at: number };

/** By how much the price of an answer changes. */
interface Change extends Answer {
  readonly cost: Cost | null;
  readonly list: number;
  readonly paid: number;
  readonly unpriced: number;
}

/** Models of which answers are still to be priced again. */
export async function listRepricings(tx: Tx): Promise<string[]> {
  return (await tx.all<Repricing>('select * from repricings order by model')).map(({ model }) => model);
}

/**
 * @param input.listed the price list's rates of the model, which hold where no price was set
 * @returns whether there may be more
 */
export async function repriceSlice(
  tx: Tx,
  input: { readonly model: string; readonly listed: ModelRates | null; readonly limit: number },
): Promise<boolean> {
  const { model, limit } = input;
  const job = await tx.get<Repricing>(`select * from repricings where model = ?${tx.forUpdate}`, model);
  if (job === undefined) return false;
  const batch = await tx.get<{ id: number; endpoint: string }>(
    `select id, endpoint from batches
     where model = ? and id >= ? and input_tokens + output_tokens + unpriced_count > 0
     order by id limit 1${tx.forUpdate}`,
    model,
    job.batch_id,
  );
  if (batch === undefined) {
    await tx.run('delete from repricings where model = ?', model);
    return false;
  }
  const after = batch.id === job.batch_id ? job.request_id : 0;
  const ids = await nextIds(tx, batch.id, after, limit);
  const prices = await tx.all<PriceRow>('select * from prices where model = ?', model);
  const changes = (await readAnswers(tx, ids, job.from_at))
    .map((answer) => judge(answer, prices, input.listed))
    .filter(({ list, paid, unpriced }) => list !== 0 || paid !== 0 || unpriced !== 0);
  await writeChanges(tx, batch.id, await findBatchKeyId(tx, batch.endpoint, model), changes);
  const last = ids.length === limit ? ids.at(-1) : undefined;
  await tx.run(
    'update repricings set batch_id = ?, request_id = ? where model = ?',
    last === undefined ? batch.id + 1 : batch.id,
    last ?? 0,
    model,
  );
  return true;
}

const unanswered: readonly RequestState[] = ['pending', 'openai_processing'];
const answered = requestStates.filter((state) => !unanswered.includes(state));
const candidates = answered
  .map((state) => `select id from requests where batch_id = ? and state = '${state}' and id > ?`)
  .join(' union all ');

/** Index: requests_by_batch, one walk for each state, merged. */
async function nextIds(tx: Tx, batchId: number, after: number, limit: number): Promise<number[]> {
  const params = answered.flatMap(() => [batchId, after]);
  const rows = await tx.all<{ id: number }>(
    `select id from (${candidates}) as c order by id limit ?`,
    ...params,
    limit,
  );
  return rows.map(({ id }) => id);
}

/** By primary keys. An answer without usage has no cost, whatever the price. */
async function readAnswers(tx: Tx, ids: readonly number[], from: number): Promise<Answer[]> {
  if (ids.length === 0) return [];
  return tx.all<Answer>(
    `select x.request_id, x.input_tokens, x.cached_tokens, x.output_tokens, x.list_nano_usd, x.paid_nano_usd,
       r.tag, r.outcome_at
     from results x join requests r on r.id = x.request_id
     where x.request_id in ${tx.list} and x.input_tokens is not null and r.outcome_at >= ?`,
    tx.listOf(ids),
    from,
  );
}

function judge(answer: Answer, prices: readonly PriceRow[], listed: ModelRates | null): Change {
  const own = priceAt(prices, answer.outcome_at);
  const rates = own ? ratesOf(own) : listed;
  const usage = {
    inputTokens: answer.input_tokens ?? 0,
    cachedTokens: answer.cached_tokens ?? 0,
    cacheWriteTokens: 0,
    outputTokens: answer.output_tokens ?? 0,
    reasoningTokens: 0,
  };
  const cost = rates === null ? null : costOf(usage, rates);
  return {
    ...answer,
    cost,
    list: (cost?.listNanoUsd ?? 0) - (answer.list_nano_usd ?? 0),
    paid: (cost?.paidNanoUsd ?? 0) - (answer.paid_nano_usd ?? 0),
    unpriced: (cost === null ? 1 : 0) - (answer.list_nano_usd === null ? 1 : 0),
  };
}

async function writeChanges(
  tx: Tx,
  batchId: number,
  keyId: number,
  changes: readonly Change[],
): Promise<void> {
  if (changes.length === 0) return;
  await tx.each(
    'update results set list_nano_usd = ?, paid_nano_usd = ? where request_id = ?',
    changes.map(({ cost, request_id }) => [cost?.listNanoUsd ?? null, cost?.paidNanoUsd ?? null, request_id]),
  );
  const sum = (of: readonly Change[]) => [
    of.reduce((total, { list }) => total + list, 0),
    of.reduce((total, { paid }) => total + paid, 0),
    of.reduce((total, { unpriced }) => total + unpriced, 0),
  ];
  const add = `list_nano_usd = list_nano_usd + ?, paid_nano_usd = paid_nano_usd + ?`;
  await tx.run(
    `update batches set ${add}, unpriced_count = unpriced_count + ? where id = ?`,
    ...sum(changes),
    batchId,
  );
  const days = Map.groupBy(
    changes,
    ({ outcome_at: at, tag }) => `${Math.floor(at / dayMs) * dayMs} ${tag ?? ''}`,
  );
  await tx.each(
    `update day_costs set ${add}, unpriced = unpriced + ? where day = ? and batch_key_id = ? and tag = ?`,
    [...days]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, of]) => {
        const [day = '', ...tag] = key.split(' ');
        return [...sum(of), Number(day), keyId, tag.join(' ')];
      }),
  );
}
