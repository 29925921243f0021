/** A destination as the API shows it: never its secrets. */
import type { Static } from 'typebox';
import type {
  DestinationAttemptSchema,
  DestinationDetailSchema,
  DestinationSchema,
  RedeliverySchema,
} from '../../core/contract/destinations.ts';
import { type AttemptOutcome, deliveryId } from '../../core/delivery.ts';
import { policyOf } from '../../core/destination.ts';
import type { Context } from '../context.ts';
import { openSealed, policyDefaults } from '../pipeline/7-deliver/configure-destination.ts';
import type { RedeliveryRow } from '../store/deliveries/redeliveries.ts';
import type { DestinationAttemptRow } from '../store/destinations/destinations.ts';
import type { DestinationRow } from '../store/rows.ts';
import { isoTime, isoTimeOrNull } from './times.ts';

export type DestinationView = Static<typeof DestinationSchema>;

export function destinationView(ctx: Context, row: DestinationRow): DestinationView {
  const { secrets, headers, authorization } = openSealed(ctx, row);
  return {
    id: row.id,
    type: row.type,
    address: row.address,
    version: row.version,
    ...policyView(ctx, row),
    header_names: Object.keys(headers),
    authorization: authorization === null ? null : (authorization.split(' ', 1)[0] ?? null),
    own_secret: secrets.length > 0,
    secret_overlap_until: isoTimeOrNull(row.secret_overlap_until),
    paused_at: isoTimeOrNull(row.paused_at),
    paused_by: row.paused_by,
    health: healthView(row),
    created_at: isoTime(row.created_at),
    updated_at: isoTimeOrNull(row.updated_at),
    updated_by: row.updated_by,
  };
}

const policyColumns = [
  'schedule_ms',
  'connect_timeout_ms',
  'answer_timeout_ms',
  'concurrency',
  'rate_per_s',
] as const;

function policyView(ctx: Context, row: DestinationRow): Pick<DestinationView, 'policy' | 'own_policy'> {
  const policy = policyOf(row, policyDefaults(ctx, row.type));
  const own: string[] = policyColumns.filter((column) => row[column] !== null);
  return {
    policy: {
      schedule_ms: [...policy.scheduleMs],
      connect_timeout_ms: policy.connectTimeoutMs,
      answer_timeout_ms: policy.answerTimeoutMs,
      concurrency: policy.concurrency,
      rate_per_s: policy.ratePerS,
      breaker: row.breaker_off === 1 ? 'off' : 'auto',
    },
    own_policy: row.breaker_off === 1 ? [...own, 'breaker'] : own,
  };
}

function healthView(row: DestinationRow): DestinationView['health'] {
  const probing = row.breaker === 'open' && row.paused_at === null;
  return {
    breaker: row.breaker,
    breaker_opened_at: isoTimeOrNull(row.breaker_opened_at),
    next_probe_at: probing ? isoTimeOrNull(row.look_at) : null,
    failing_since: isoTimeOrNull(row.failing_since),
    failures_in_a_row: row.failures,
    last_success_at: isoTimeOrNull(row.last_success_at),
    last_failure_at: isoTimeOrNull(row.last_failure_at),
    last_failure: row.last_failure as AttemptOutcome | null,
    last_error: row.last_error,
    success_count: row.success_count,
    failure_count: row.failure_count,
    success_share: row.success_ppm === null ? null : row.success_ppm / 1e6,
    latency_ms: row.latency_us === null ? null : row.latency_us / 1_000,
  };
}

/** Counts go up to this many. */
const mostCounted = 10_000;

export async function destinationDetailView(
  ctx: Context,
  row: DestinationRow,
): Promise<Static<typeof DestinationDetailSchema>> {
  const counts = await ctx.store.countOfDestination({ id: row.id, most: mostCounted + 1 });
  const bounded = (count: number) => ({ count: Math.min(count, mostCounted), more: count > mostCounted });
  return {
    ...destinationView(ctx, row),
    delivering: bounded(counts.delivering),
    delivery_failed: bounded(counts.deliveryFailed),
  };
}

export function destinationAttemptView(
  { installationId }: Context,
  row: DestinationAttemptRow,
): Static<typeof DestinationAttemptSchema> {
  return {
    id: row.id,
    request_id: row.request_id,
    custom_id: row.custom_id,
    delivery_id: deliveryId(installationId, row.request_id, row.outcome_number),
    attempt: row.attempt,
    outcome: row.outcome as AttemptOutcome,
    status_code: row.status_code,
    duration_ms: row.duration_ms,
    error_msg: row.error,
    response_excerpt: row.response_excerpt,
    delivery_config: JSON.parse(row.delivery),
    config: row.config === null ? null : JSON.parse(row.config),
    attempted_at: isoTime(row.at),
  };
}

export function redeliveryView(row: RedeliveryRow): Static<typeof RedeliverySchema> {
  return {
    id: row.id,
    state: row.state,
    filter: JSON.parse(row.filter),
    matching: row.matching,
    redelivered: row.redelivered,
    last_error: row.last_error,
    created_at: isoTime(row.created_at),
    created_by: row.created_by,
    ended_at: isoTimeOrNull(row.ended_at),
    ended_by: row.ended_by,
  };
}
