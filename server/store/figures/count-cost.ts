/** What answers cost, by day, model and tag. */
import type { Finding } from '../batches/apply-results.ts';
import type { Tx } from '../tx.ts';
import { dayMs } from './count-hour.ts';

const columns = [
  'answered',
  'unpriced',
  'input_tokens',
  'cached_tokens',
  'output_tokens',
  'reasoning_tokens',
  'list_nano_usd',
  'paid_nano_usd',
] as const;

const upsert = `
  insert into day_costs (tag, day, batch_key_id, ${columns.join(', ')})
  values (?, ?, ?, ${columns.map(() => '?').join(', ')})
  on conflict (day, batch_key_id, tag) do update set
    ${columns.map((column) => `${column} = day_costs.${column} + excluded.${column}`).join(', ')}`;

/** The tags of requests that have one. */
export async function readTags(tx: Tx, requestIds: readonly number[]): Promise<ReadonlyMap<number, string>> {
  if (requestIds.length === 0) return new Map();
  const tagged = await tx.all<{ id: number; tag: string }>(
    `select id, tag from requests where id in ${tx.list} and tag is not null`,
    tx.listOf(requestIds),
  );
  return new Map(tagged.map(({ id, tag }) => [id, tag]));
}

export interface Costs {
  /** Id of the {endpoint, model} pair. */
  readonly key: number;
  /** Results that were just applied, all of that pair. */
  readonly findings: readonly Finding[];
  readonly tags: ReadonlyMap<number, string>;
  readonly now: number;
}

/** Adds the usage of results. A request without a tag is counted under the empty one. */
export async function countCost(tx: Tx, { key, findings, tags, now }: Costs): Promise<void> {
  const sums = new Map<string, number[]>();
  for (const finding of findings) {
    if (finding.usage === null) continue;
    const tag = tags.get(finding.requestId) ?? '';
    const values = valuesOf(finding);
    sums.set(
      tag,
      (sums.get(tag) ?? values.map(() => 0)).map((sum, index) => sum + (values[index] ?? 0)),
    );
  }
  const day = Math.floor(now / dayMs) * dayMs;
  const rows = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  await tx.each(
    upsert,
    rows.map(([tag, values]) => [tag, day, key, ...values]),
  );
}

/** In the order of `columns`. */
function valuesOf({ usage, cost }: Finding): number[] {
  return [
    1,
    cost ? 0 : 1,
    usage?.inputTokens ?? 0,
    usage?.cachedTokens ?? 0,
    usage?.outputTokens ?? 0,
    usage?.reasoningTokens ?? 0,
    cost?.listNanoUsd ?? 0,
    cost?.paidNanoUsd ?? 0,
  ];
}
