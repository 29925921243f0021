/**
 * Applies one slice of a result file. A result is taken only where its request is still of that batch and at
 * the provider, so a file can be applied any number of times.
 */
import { ratesOf } from '../../../core/own-price.ts';
import { costOf } from '../../../core/pricing.ts';
import type { Outcome, RequestMove } from '../../../core/request.ts';
import { countCost, readTags } from '../figures/count-cost.ts';
import { countAt } from '../figures/count-hour.ts';
import { findBatchKeyId } from '../intake/find-batch-key.ts';
import { fromStates, setState } from '../moves.ts';
import type { PriceRow } from '../prices/prices.ts';
import { sideBySide } from '../side-by-side.ts';
import type { SqlValue, Tx } from '../tx.ts';

/** One judged line that ends its request. */
export interface Finding {
  readonly requestId: number;
  readonly outcome: Outcome;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly line: Uint8Array;
  /** Span of the top-level custom_id's value in the line, in bytes. */
  readonly customIdStart: number;
  readonly customIdEnd: number;
  readonly statusCode: number | null;
  readonly usage: {
    readonly inputTokens: number;
    readonly cachedTokens: number;
    readonly outputTokens: number;
    readonly reasoningTokens: number;
  } | null;
  /** By the price list; a price that an operator has set goes before it. */
  readonly cost: { readonly listNanoUsd: number; readonly paidNanoUsd: number } | null;
}

/** A line that says: not run, try again. Kept as the last thing that happened to its request. */
export interface Setback {
  readonly requestId: number;
  readonly errorCode: string;
  readonly errorMessage: string;
}

export interface ApplyInput {
  readonly batchId: number;
  readonly leaseToken: string;
  readonly now: number;
  readonly findings: readonly Finding[];
  readonly setbacks: readonly Setback[];
}

export interface ApplyOutput {
  /** False when the lease was lost and nothing was applied. */
  readonly held: boolean;
  readonly applied: number;
  /** Ids of lines whose requests were never in this batch's file. */
  readonly strangers: readonly number[];
}

const moveOf = {
  succeeded: 'succeed',
  failed: 'fail',
  expired: 'expire',
  cancelled: 'cancel',
} as const satisfies Record<Outcome, RequestMove>;

function endRequest(outcome: Outcome): string {
  return `${setState(moveOf[outcome])}, outcome = '${outcome}', outcome_number = outcome_number + 1,
      outcome_at = ?, error_code = ?, error_message = ?
    where id = ? and batch_id = ? and state = 'openai_processing' and state in ${fromStates(moveOf[outcome])}`;
}

const insertResult = `
  insert into results (request_id, line, custom_id_start, custom_id_end, status_code,
    input_tokens, cached_tokens, output_tokens, reasoning_tokens, list_nano_usd, paid_nano_usd)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (request_id) do update set
    line = excluded.line, custom_id_start = excluded.custom_id_start, custom_id_end = excluded.custom_id_end,
    status_code = excluded.status_code, input_tokens = excluded.input_tokens,
    cached_tokens = excluded.cached_tokens, output_tokens = excluded.output_tokens,
    reasoning_tokens = excluded.reasoning_tokens, list_nano_usd = excluded.list_nano_usd,
    paid_nano_usd = excluded.paid_nano_usd`;

const noteSetback = `
  update requests set error_code = ?, error_message = ?
  where id = ? and batch_id = ? and state = 'openai_processing'`;

/** What does not need each other's answers goes side by side: on PostgreSQL each wait is a round trip under the batch's lock. */
export async function applyResults(tx: Tx, input: ApplyInput): Promise<ApplyOutput> {
  const { batchId, now } = input;
  const [held, own] = await sideBySide([
    tx.get<{ endpoint: string; model: string; slot: number }>(
      `select endpoint, model, slot from batches where id = ? and lease_token = ?${tx.forUpdate}`,
      batchId,
      input.leaseToken,
    ),
    readOwnPrice(tx, batchId, now),
  ]);
  if (!held) return { held: false, applied: 0, strangers: [] };
  const findings = priceFindings(input.findings, own);
  const [applied, tags, noted] = await sideBySide([
    endRequests(tx, batchId, findings, now),
    readTags(tx, idsOf(findings)),
    tx.each(
      noteSetback,
      input.setbacks.map((s) => [s.errorCode, s.errorMessage, s.requestId, batchId]),
    ),
  ]);
  const sums = new Sums();
  for (const finding of applied) sums.add(finding);
  if (applied.length > 0) {
    const key = await findBatchKeyId(tx, held.endpoint, held.model);
    await sideBySide([
      tx.each(insertResult, applied.map(resultValues)),
      sums.write(tx, batchId),
      countCost(tx, { key, findings: applied, tags, now }),
      countAt(tx, now, [{ key, slot: held.slot, events: sums.outcomes }]),
    ]);
  }
  // What was changed is of this batch; in nearly every slice that is all of it, and nothing is left to look for.
  const ours = new Set(applied);
  const doubtful = [
    ...findings.filter((finding) => !ours.has(finding)),
    ...input.setbacks.filter((_, index) => noted[index] !== 1),
  ];
  return { held: true, applied: sums.applied, strangers: await findStrangers(tx, batchId, doubtful) };
}

/** @returns those whose requests were still at the provider */
async function endRequests(
  tx: Tx,
  batchId: number,
  findings: readonly Finding[],
  now: number,
): Promise<Finding[]> {
  const ended = await sideBySide(
    (Object.keys(moveOf) as Outcome[]).map(async (outcome) => {
      const these = findings.filter((finding) => finding.outcome === outcome);
      const changed = await tx.each(
        endRequest(outcome),
        these.map((f) => [now, now, f.errorCode, f.errorMessage, f.requestId, batchId]),
      );
      return these.filter((_, index) => changed[index] === 1);
    }),
  );
  return ended.flat();
}

/**
 * A price that was set goes before the price list. It is read behind the lock on the batch: a price that is set
 * meanwhile finds these answers when it prices again. Index: prices_by_model.
 */
function readOwnPrice(tx: Tx, batchId: number, now: number): Promise<PriceRow | undefined> {
  return tx.get<PriceRow>(
    `select * from prices where model = (select model from batches where id = ?) and from_at <= ?
     order by from_at desc limit 1`,
    batchId,
    now,
  );
}

function priceFindings(findings: readonly Finding[], own: PriceRow | undefined): readonly Finding[] {
  if (own === undefined) return findings;
  const rates = ratesOf(own);
  return findings.map((finding) =>
    finding.usage === null
      ? finding
      : { ...finding, cost: costOf({ ...finding.usage, cacheWriteTokens: 0 }, rates) },
  );
}

function idsOf(findings: readonly (Finding | Setback)[]): number[] {
  return findings.map(({ requestId }) => requestId);
}

/**
 * A request that has gone on to a successor was in the file as well: its run says so. Indexes: primary
 * keys; the sum keeps SQLite from walking the whole batch by its index instead.
 */
async function findStrangers(
  tx: Tx,
  batchId: number,
  doubtful: readonly (Finding | Setback)[],
): Promise<number[]> {
  if (doubtful.length === 0) return [];
  const ids = idsOf(doubtful);
  const rows = await tx.all<{ id: number }>(
    `select id from requests where id in ${tx.list} and batch_id + 0 = ?
     union all select request_id as id from request_runs where request_id in ${tx.list} and batch_id = ?`,
    tx.listOf(ids),
    batchId,
    tx.listOf(ids),
    batchId,
  );
  const ours = new Set(rows.map(({ id }) => id));
  return ids.filter((id) => !ours.has(id));
}

function resultValues(finding: Finding): SqlValue[] {
  return [
    finding.requestId,
    finding.line,
    finding.customIdStart,
    finding.customIdEnd,
    finding.statusCode,
    finding.usage?.inputTokens ?? null,
    finding.usage?.cachedTokens ?? null,
    finding.usage?.outputTokens ?? null,
    finding.usage?.reasoningTokens ?? null,
    finding.cost?.listNanoUsd ?? null,
    finding.cost?.paidNanoUsd ?? null,
  ];
}

/** What one slice adds to its batch's counters. */
class Sums {
  applied = 0;
  readonly outcomes = { succeeded: 0, failed: 0, expired: 0, cancelled: 0 };
  readonly #tokens = { input: 0, cached: 0, output: 0, reasoning: 0 };
  #list = 0;
  #paid = 0;
  #unpriced = 0;

  add({ outcome, usage, cost }: Finding): void {
    this.applied += 1;
    this.outcomes[outcome] += 1;
    if (!usage) return;
    this.#tokens.input += usage.inputTokens;
    this.#tokens.cached += usage.cachedTokens;
    this.#tokens.output += usage.outputTokens;
    this.#tokens.reasoning += usage.reasoningTokens;
    this.#list += cost?.listNanoUsd ?? 0;
    this.#paid += cost?.paidNanoUsd ?? 0;
    if (!cost) this.#unpriced += 1;
  }

  async write(tx: Tx, batchId: number): Promise<void> {
    await tx.run(
      `update batches set
         succeeded_count = succeeded_count + ?, failed_count = failed_count + ?,
         expired_count = expired_count + ?, cancelled_count = cancelled_count + ?,
         input_tokens = input_tokens + ?, cached_tokens = cached_tokens + ?,
         output_tokens = output_tokens + ?, reasoning_tokens = reasoning_tokens + ?,
         list_nano_usd = list_nano_usd + ?, paid_nano_usd = paid_nano_usd + ?,
         unpriced_count = unpriced_count + ?
       where id = ?`,
      this.outcomes.succeeded,
      this.outcomes.failed,
      this.outcomes.expired,
      this.outcomes.cancelled,
      this.#tokens.input,
      this.#tokens.cached,
      this.#tokens.output,
      this.#tokens.reasoning,
      this.#list,
      this.#paid,
      this.#unpriced,
      batchId,
    );
  }
}
