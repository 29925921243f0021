/** Records a group of delivery attempts: the attempt itself always, the request only under its own lease. */
import type { AttemptResult, NextStep } from '../../../core/delivery.ts';
import { countHours } from '../figures/count-hour.ts';
import { fromStates, setState } from '../moves.ts';
import type { SqlValue, Tx } from '../tx.ts';
import { endBatch } from './end-batch.ts';
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

const arrive = `${setState('arrive')}, delivery_tries = ?, due_at = null, lease_token = null
  where id = ? and lease_token = ? and outcome_number = ? and state in ${fromStates('arrive')}`;
const giveUp = `${setState('give_up')}, delivery_tries = ?, due_at = null, lease_token = null
  where id = ? and lease_token = ? and outcome_number = ? and state in ${fromStates('give_up')}`;
const postpone = `update requests set updated_at = ?, delivery_tries = ?, due_at = ?, asked_until = ?,
    held_since = null, lease_token = null
  where id = ? and lease_token = ? and outcome_number = ? and state in ${fromStates('arrive')}`;
/** A probe uses up no attempt: it goes behind those that wait, and remembers since when it has waited itself. */
const putBehind = `update requests set due_at = ?, asked_until = ?, lease_token = null
  where id = ? and lease_token = ? and outcome_number = ? and state in ${fromStates('arrive')}`;

const insertAttempt = `
  insert into attempts (request_id, destination_id, outcome_number, attempt, outcome, status_code, duration_ms,
    error, response_excerpt, delivery, at, custom_id, config)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export async function recordDeliveries(
  tx: Tx,
  input: RecordDeliveriesInput,
): Promise<RecordDeliveriesOutput> {
  const { attempts, now } = input;
  const batches = new Map<number, { delivered: number; failed: number }>();
  for (const a of await moveRequests(tx, input)) {
    const counts = batches.get(a.batchId) ?? { delivered: 0, failed: 0 };
    if (a.next.kind === 'delivered') counts.delivered += 1;
    else counts.failed += 1;
    batches.set(a.batchId, counts);
  }
  await tx.each(insertAttempt, attempts.map(attemptValues));
  const ended: number[] = [];
  for (const [batchId, counts] of [...batches].sort(([a], [b]) => a - b)) {
    await tx.run(
      `update batches set delivering_count = delivering_count - ?, delivered_count = delivered_count + ?,
         delivery_failed_count = delivery_failed_count + ? where id = ?`,
      counts.delivered + counts.failed,
      counts.delivered,
      counts.failed,
      batchId,
    );
    if (await endBatch(tx, batchId, now)) ended.push(batchId);
  }
  const events = new Map(
    [...batches].map(([id, c]) => [id, { delivered: c.delivered, delivery_failed: c.failed }]),
  );
  await countHours(tx, now, events);
  return { ended, ...(await recordHealth(tx, input)) };
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
