/** A request as the API shows it. */

import type { Static } from 'typebox';
import type { AttemptSchema, RequestDetailSchema, RequestSchema } from '../../core/contract/views.ts';
import { type AttemptOutcome, deliveryId } from '../../core/delivery.ts';
import type { Context } from '../context.ts';
import { outcomeContent } from '../pipeline/7-deliver/wrap-parcel.ts';
import type { RequestDetail, RunRow } from '../store/read/requests.ts';
import type { AttemptRow, ResultRow } from '../store/rows.ts';
import { isoTime, isoTimeOrNull } from './times.ts';

export type RequestView = Static<typeof RequestSchema>;
export type RequestDetailView = Static<typeof RequestDetailSchema>;
type AttemptView = Static<typeof AttemptSchema>;

export function requestView(row: RequestDetail): RequestView {
  return {
    id: row.id,
    batch_id: row.batch_id,
    custom_id: row.custom_id,
    url: row.endpoint,
    model: row.model,
    state: row.state,
    outcome: row.outcome,
    tag: row.tag,
    metadata: row.metadata === null ? null : JSON.parse(row.metadata),
    delivery_config: JSON.parse(row.delivery),
    error_code: row.error_code,
    error_msg: row.error_message,
    request_payload_size: row.line_bytes,
    estimated_input_tokens: row.estimated_tokens,
    call_tries: row.call_tries,
    delivery_attempt_count: row.delivery_tries,
    next_attempt_at: row.lease_token === null ? isoTimeOrNull(row.due_at) : null,
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
    outcome_at: isoTimeOrNull(row.outcome_at),
  };
}

function attemptView(installationId: string, row: AttemptRow): AttemptView {
  return {
    id: row.id,
    attempt: row.attempt,
    delivery_id: deliveryId(installationId, row.request_id, row.outcome_number),
    outcome: row.outcome as AttemptOutcome,
    status_code: row.status_code,
    duration_ms: row.duration_ms,
    error_msg: row.error,
    response_excerpt: row.response_excerpt,
    delivery_config: JSON.parse(row.delivery),
    attempted_at: isoTime(row.at),
  };
}

function runView(row: RunRow): RequestDetailView['runs'][number] {
  return { batch_id: row.batch_id, ended: row.ended, at: isoTime(row.at) };
}

function usageView(result: ResultRow | undefined): RequestDetailView['usage'] {
  if (!result || result.input_tokens === null) return null;
  return {
    input_tokens: result.input_tokens,
    cached_tokens: result.cached_tokens ?? 0,
    output_tokens: result.output_tokens ?? 0,
    reasoning_tokens: result.reasoning_tokens ?? 0,
  };
}

function costView(result: ResultRow | undefined): RequestDetailView['cost'] {
  const list = result?.list_nano_usd ?? null;
  const paid = result?.paid_nano_usd ?? null;
  if (list === null || paid === null) return null;
  return { list_nano_usd: list, paid_nano_usd: paid, saved_nano_usd: list - paid };
}

/** Attempts shown with a request. */
const mostAttempts = 100;

/** Everything about one request but its result line, which may be large. */
export async function requestDetail(
  ctx: Context,
  row: RequestDetail,
): Promise<{ readonly view: Omit<RequestDetailView, 'result'>; readonly result: ResultRow | undefined }> {
  const requestId = row.id;
  const [attempts, runs, result] = await Promise.all([
    ctx.store.listAttempts({ requestId, limit: mostAttempts }),
    ctx.store.listRuns({ requestId }),
    row.outcome === null ? undefined : ctx.store.getResult({ requestId }),
  ]);
  const view = {
    ...requestView(row),
    delivery_attempts: attempts.map((attempt) => attemptView(ctx.installationId, attempt)),
    runs: runs.map(runView),
    usage: usageView(result),
    cost: costView(result),
  };
  return { view, result };
}

/** OpenAI's result line with the producer's custom_id, or one of the same shape; null before the outcome. */
export function resultText(row: RequestDetail, result: ResultRow | undefined): string | null {
  return row.outcome === null ? null : Buffer.from(outcomeContent(row, result)).toString('utf8');
}

/**
 * Everything about one request as JSON text, or null when there is none with this custom_id. The result stands in it
 * byte for byte: a reprint would round its large numbers.
 */
export async function requestDetailJson(ctx: Context, customId: string): Promise<string | null> {
  const row = await ctx.store.getRequest({ customId });
  if (!row) return null;
  const { view, result } = await requestDetail(ctx, row);
  return `${JSON.stringify(view).slice(0, -1)},"result":${resultText(row, result) ?? 'null'}}`;
}
