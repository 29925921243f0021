/** What a group of attempts says about their destinations. */
import { afterSign } from '../../../core/breaker.ts';
import type { DestinationRow } from '../rows.ts';
import type { Tx } from '../tx.ts';
import type { Delivered, RecordDeliveriesInput } from './record-deliveries.ts';

/** Destinations whose breaker moved. */
export interface BreakerMoves {
  readonly opened: number[];
  readonly closed: number[];
}

const updateHealth = `update destinations set breaker = ?, breaker_opened_at = ?, holds_since = ?, failures = ?, failing_since = ?,
    probes = ?, blocked_until = ?, recovering_since = ?, last_success_at = ?, last_failure_at = ?, last_failure = ?,
    last_error = ?, success_count = ?, failure_count = ?, success_ppm = ?, latency_us = ?, look_at = ?
  where id = ?`;

/** Folds the answers into the rows, in their order, and looks at each destination again when something falls due. */
export async function recordHealth(
  tx: Tx,
  { attempts, now, faster }: RecordDeliveriesInput,
): Promise<BreakerMoves> {
  const ids = [...new Set(attempts.map(({ destinationId }) => destinationId))].sort((a, b) => a - b);
  const before = await tx.all<DestinationRow>(
    `select * from destinations where id in ${tx.list} order by id${tx.forUpdate}`,
    tx.listOf(ids),
  );
  const after = before.map((row) => {
    const its = attempts.filter(({ destinationId }) => destinationId === row.id);
    return its.reduce((health, attempt) => fold(health, attempt, now, faster), { ...row });
  });
  await tx.each(
    updateHealth,
    after.map((row) => [
      row.breaker,
      row.breaker_opened_at,
      row.holds_since,
      row.failures,
      row.failing_since,
      row.probes,
      row.blocked_until,
      row.recovering_since,
      row.last_success_at,
      row.last_failure_at,
      row.last_failure,
      row.last_error,
      row.success_count,
      row.failure_count,
      row.success_ppm,
      row.latency_us,
      row.look_at,
      row.id,
    ]),
  );
  const moved = (to: 'open' | 'closed') =>
    after.filter((row, index) => row.breaker === to && before[index]?.breaker !== to).map(({ id }) => id);
  return { opened: moved('open'), closed: moved('closed') };
}

/** Takes the row for its own: nearly all answers are good ones of the well, and shall not cost a row each. */
function fold(row: DestinationRow, attempt: Delivered, now: number, faster: number): DestinationRow {
  const { result, probe, next } = attempt;
  const good = result.outcome === 'success';
  if (good && row.breaker === 'closed' && row.failures === 0) {
    row.success_count += 1;
    row.last_success_at = now;
    row.success_ppm = smooth(row.success_ppm, 1_000_000);
    row.latency_us = smoothLatency(row, result);
    return row;
  }
  const health = afterSign(row, { good, probe }, { now, off: row.breaker_off === 1, faster });
  const counted = good
    ? { success_count: row.success_count + 1, last_success_at: now }
    : {
        failure_count: row.failure_count + 1,
        last_failure_at: now,
        last_failure: result.outcome,
        last_error: result.error,
      };
  const moved = health.breaker !== row.breaker || health.probes !== row.probes;
  const wake = moved ? now : next.kind === 'again' ? now + next.pauseMs : null;
  const blocked_until = row.paused_at === null ? health.blocked_until : row.blocked_until;
  return {
    ...health,
    ...counted,
    blocked_until,
    success_ppm: smooth(row.success_ppm, good ? 1_000_000 : 0),
    latency_us: smoothLatency(row, result),
    look_at: nextLook({ ...health, blocked_until, look_at: moved ? null : row.look_at }, wake),
  };
}

/** Paused destinations keep their block: it is lifted by whoever set it. */
function nextLook(row: Pick<DestinationRow, 'look_at' | 'blocked_until' | 'paused_at'>, wake: number | null) {
  if (row.paused_at !== null || wake === null) return row.look_at;
  const at = Math.max(wake, row.blocked_until);
  return row.look_at === null ? at : Math.min(row.look_at, at);
}

function smoothLatency({ latency_us }: DestinationRow, { durationMs }: Delivered['result']): number | null {
  return durationMs > 0 ? smooth(latency_us, durationMs * 1_000) : latency_us;
}

/** The latest fifty or so count most. */
function smooth(average: number | null, value: number): number {
  return Math.round(average === null ? value : average + (value - average) / 50);
}
