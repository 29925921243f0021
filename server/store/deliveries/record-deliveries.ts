/** Records a group of delivery attempts: the attempt itself always, the request only under its own lease. */
import type { AttemptResult, NextStep } from '../../../core/delivery.ts';
import { countAt, type Happened } from '../figures/count-hour.ts';
import { findBatchKeyId } from '../intake/find-batch-key.ts';
import { inStateFor, setState } from '../moves.ts';
import type { BatchRow } from '../rows.ts';
import { sideBySide } from '../side-by-side.ts';
import type { SqlValue, Tx } from '../tx.ts';
import { noLease } from './delivery-lease.ts';
import { endWhereNothingIsOwed } from './end-batch.ts';
import { type BreakerMoves, recordHealth } from './record-health.ts';

export interface Delivered {
  readonly requestId: number;
  readonly batchId: number;
  readonly destinationId: number;
  readonly outcomeNumber: number;
  readonly attempt: number;
  readonly customId: string;
  /** Let through an open breaker: it uses up no attempt. */
  readonly probe: boolean;
  /** Where it went, as JSON text. */
  readonly delivery: string;
  /** How its destination was configured, as JSON text without secrets. */
  readonly config: string;
  readonly result: AttemptResult;
  readonly next: NextStep;
  readonly at: number;
}

export interface RecordDeliveriesInput {
  readonly leaseToken: string;
  readonly now: number;
  /** Divides the pauses between probes; 1 but in tests and demonstrations. */
  readonly faster: number;
  readonly attempts: readonly Delivered[];
}

export interface RecordDeliveriesOutput extends BreakerMoves {
  /** Batches that ended with this group. */
  readonly ended: number[];
}

const arrive = `${setState('arrive')}, delivery_tries = ?, due_at = null, ${noLease}
  where id = ? and lease_token = ? and outcome_number = ? and ${inStateFor('arrive')}`;
const giveUp = `${setState('give_up')}, delivery_tries = ?, due_at = null, ${noLease}
  where id = ? and lease_token = ? and outcome_number = ? and ${inStateFor('give_up')}`;
const postpone = `update requests set updated_at = ?, delivery_tries = ?, due_at = ?, asked_until = ?,
    held_since = null, ${noLease}
  where id = ? and lease_token = ? and outcome_number = ? and ${inStateFor('arrive')}`;
/** A probe uses up no attempt: it goes behind those that wait, and remembers since when it has waited itself. */
const putBehind = `update requests set due_at = ?, asked_until = ?, ${noLease}
  where id = ? and lease_token = ? and outcome_number = ? and ${inStateFor('arrive')}`;

const insertAttempt = `
  insert into attempts (request_id, destination_id, outcome_number, attempt, outcome, status_code, duration_ms,
    error, response_excerpt, delivery, at, custom_id, config)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export async function recordDeliveries(
  tx: Tx,
  input: RecordDeliveriesInput,
): Promise<RecordDeliveriesOutput> {
  const { attempts, now } = input;
  const [moved] = await sideBySide([
    moveRequests(tx, input),
    tx.each(insertAttempt, attempts.map(attemptValues)),
  ]);
  const { ended, happened } = await countEnds(tx, moved, now);
  const [, breakers] = await sideBySide([countAt(tx, now, happened), recordHealth(tx, input)]);
  return { ended, ...breakers };
}

/** The side of the batches: their counters, by id, and their end where nothing is owed any more. */
async function countEnds(tx: Tx, moved: readonly Delivered[], now: number) {
  const batches = new Map<number, { delivered: number; delivery_failed: number }>();
  for (const { batchId, next } of moved) {
    const counts = batches.get(batchId) ?? { delivered: 0, delivery_failed: 0 };
    counts[next.kind === 'delivered' ? 'delivered' : 'delivery_failed'] += 1;
    batches.set(batchId, counts);
  }
  const ended: number[] = [];
  const happened: Happened[] = [];
  for (const [batchId, events] of [...batches].sort(([a], [b]) => a - b)) {
    const row = await tx.get<BatchRow>(
      `update batches set delivering_count = delivering_count - ?, delivered_count = delivered_count + ?,
         delivery_failed_count = delivery_failed_count + ? where id = ? returning *`,
      events.delivered + events.delivery_failed,
      events.delivered,
      events.delivery_failed,
      batchId,
    );
    if (!row) throw new Error(`batch ${batchId} is gone, and a delivery of it is not`);
    if (await endWhereNothingIsOwed(tx, row, now)) ended.push(batchId);
    happened.push({ key: await findBatchKeyId(tx, row.endpoint, row.model), slot: row.slot, events });
  }
  return { ended, happened };
}

/** @returns the attempts that ended the hand-over of a request which was still theirs */
async function moveRequests(
  tx: Tx,
  { attempts, leaseToken, now }: RecordDeliveriesInput,
): Promise<Delivered[]> {
  const ended: Delivered[] = [];
  const key = (a: Delivered): SqlValue[] => [a.requestId, leaseToken, a.outcomeNumber];
  for (const [kind, sql] of [
    ['delivered', arrive],
    ['give_up', giveUp],
  ] as const) {
    const these = attempts.filter(({ next }) => next.kind === kind);
    const changed = await tx.each(
      sql,
      these.map((a) => [now, a.attempt, ...key(a)]),
    );
    ended.push(...these.filter((_, index) => changed[index] === 1));
  }
  const again = attempts.flatMap((a) =>
    a.next.kind === 'again' ? [{ a, times: timesOf(a.next, now) }] : [],
  );
  await tx.each(
    postpone,
    again.filter(({ a }) => !a.probe).map(({ a, times }) => [now, a.attempt, ...times, ...key(a)]),
  );
  await tx.each(
    putBehind,
    again.filter(({ a }) => a.probe).map(({ a, times }) => [...times, ...key(a)]),
  );
  return ended;
}

/** When it is due, and until when its receiver has asked for peace. */
function timesOf({ pauseMs, askedMs }: Extract<NextStep, { kind: 'again' }>, now: number): SqlValue[] {
  return [now + pauseMs, askedMs === 0 ? null : now + askedMs];
}

function attemptValues(a: Delivered): SqlValue[] {
  return [
    a.requestId,
    a.destinationId,
    a.outcomeNumber,
    a.attempt,
    a.result.outcome,
    a.result.statusCode,
    Math.round(a.result.durationMs),
    a.result.error,
    a.result.responseExcerpt,
    a.delivery,
    a.at,
    a.customId,
    a.config,
  ];
}
