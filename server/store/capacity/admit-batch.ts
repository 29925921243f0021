/**
 * Decides whether a batch may be created now, and writes the decision down in the same transaction: a reservation
 * with the intent to create, or why it waits.
 */
import {
  type AdmissionVerdict,
  admit,
  pieceOf,
  type WaitingBatch,
} from '../../../core/capacity/admission.ts';
import { calibrate, type TokenRatio } from '../../../core/capacity/calibration.ts';
import { type Cap, type CapRules, capOf, type Learned, requestCapOf } from '../../../core/capacity/caps.ts';
import { explainWaiting, type WaitingCause } from '../../../core/capacity/explain.ts';
import { type BatchFacts, moveBatch } from '../moves.ts';
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';
import { countCreation, hourIsFullUntil } from './creations.ts';
import { noteProbe, readHold } from './funding.ts';
import {
  type FamilyKey,
  learnedOf,
  lockLedger,
  readCapacityRow,
  readLedger,
  readRatio,
} from './knowledge.ts';

export interface AdmitInput {
  readonly batchId: number;
  readonly leaseToken: string;
  readonly rules: CapRules;
  /** Batches that may be created in any hour. */
  readonly creationsPerHour: number;
  /** From 0 to 1, spreads pauses. */
  readonly spread: number;
  /** Divides pauses. */
  readonly faster: number;
  readonly now: number;
}

export type Admitting =
  | { readonly kind: 'admitted'; readonly batch: BatchRow }
  | { readonly kind: 'waiting'; readonly batch: BatchRow }
  /** It can never fit, and is to be cut into pieces no larger than this. */
  | {
      readonly kind: 'too_large';
      readonly tokens: number;
      readonly requests: number;
      readonly reason: string;
    }
  | { readonly kind: 'lease_lost' };

/** A batch that waits for room is woken when there is some; these are the safety net. The oldest looks for all. */
const oldestLooksAgainMs = 60_000;
const othersLookAgainMs = 15 * 60_000;
/** Batches that are judged together, oldest first. */
const longestQueue = 200;

interface Judgement {
  readonly verdict: AdmissionVerdict | undefined;
  /** Every batch of the queue that may go now. */
  readonly admitted: readonly number[];
  readonly cap: Cap;
  readonly learned: Learned;
  readonly message: string | null;
  readonly reservedTokens: number;
  readonly reservedRequests: number;
  readonly requestCap: number;
  readonly tokens: number;
  readonly piece: { readonly tokens: number; readonly requests: number };
  readonly lookAgainMs: number;
}

export async function admitBatch(tx: Tx, input: AdmitInput): Promise<Admitting> {
  const { now } = input;
  await lockLedger(tx);
  const batch = await tx.get<BatchRow>(
    `select * from batches where id = ? and lease_token = ?${tx.forUpdate}`,
    input.batchId,
    input.leaseToken,
  );
  if (!batch) return { kind: 'lease_lost' };
  const key = { credentials: batch.provider_credentials ?? '', family: batch.model_family };
  const judged = await judgeFamily(tx, key, batch, input);
  const wait = (cause: WaitingCause, until: number, message: string | null) =>
    putOff(tx, batch, input, { cause, until, reason: reasonOf(cause, batch, judged, message) });
  const hold = await readHold(tx, key.credentials);
  const held = hold !== undefined && hold.lifted_at === null;
  if (held && hold.next_probe_at > now) return wait('funding', hold.next_probe_at, hold.message);
  const fullUntil = await hourIsFullUntil(tx, key.credentials, input);
  if (fullUntil !== null) return wait('hour', fullUntil, null);
  const { heldUntil } = judged.learned;
  if (heldUntil !== null && heldUntil > now) return wait('pause', heldUntil, judged.message);
  // Only now: while the key or the family is held, whoever is woken would look, wake us, and so on without a pause.
  if (!held) await wakeAdmitted(tx, batch, judged, now);
  if (judged.verdict === 'too_large') {
    return { kind: 'too_large', ...judged.piece, reason: reasonOf('room', batch, judged, null) };
  }
  if (judged.verdict !== 'admit') return wait(judged.verdict ?? 'turn', now + judged.lookAgainMs, null);
  if (held) await noteProbe(tx, hold, input);
  await countCreation(tx, key.credentials, now);
  return { kind: 'admitted', batch: await reserve(tx, batch, judged, now) };
}

/** The whole queue of a family is judged at once. */
async function judgeFamily(tx: Tx, key: FamilyKey, batch: BatchRow, input: AdmitInput): Promise<Judgement> {
  const row = await readCapacityRow(tx, key);
  const learned = learnedOf(row);
  const cap = capOf(key.family, input.rules, learned);
  const limits = { cap, requestCap: requestCapOf(learned), rejections: learned.rejections };
  const ledger = await readLedger(tx, key, input.now);
  const queue = await readQueue(tx, key, batch.id, input.now);
  const verdicts = admit(queue, ledger, limits);
  return {
    verdict: verdicts.get(batch.id),
    admitted: queue.map(({ id }) => id).filter((id) => verdicts.get(id) === 'admit'),
    cap,
    learned,
    message: row?.last_rejection ?? null,
    reservedTokens: ledger.tokens,
    reservedRequests: ledger.requests,
    requestCap: limits.requestCap,
    lookAgainMs: queue[0]?.id === batch.id ? oldestLooksAgainMs : othersLookAgainMs,
    tokens: queue.find(({ id }) => id === batch.id)?.tokens ?? batch.estimated_tokens,
    piece: rawPiece(pieceOf(limits), await readRatio(tx, batch.endpoint, batch.model)),
  };
}

/** Whoever else of the family may go is made due; one that somebody is at work on looks by itself. */
async function wakeAdmitted(tx: Tx, { id: own }: BatchRow, { admitted }: Judgement, now: number) {
  await tx.run(
    `with picked as materialized (
       select id from batches where id in ${tx.list} and due_at > ? and lease_token is null${tx.skipLocked})
     update batches set due_at = ? where id in (select id from picked)`,
    tx.listOf(admitted.filter((id) => id !== own)),
    now,
    now,
  );
}

/** Rows carry raw estimates. */
function rawPiece(piece: { tokens: number; requests: number }, { permille }: TokenRatio) {
  return { ...piece, tokens: Math.max(1, Math.floor((piece.tokens * 1_000) / permille)) };
}

type QueueRow = Pick<
  BatchRow,
  'id' | 'endpoint' | 'model' | 'estimated_tokens' | 'embedding_inputs' | 'sent_count' | 'waiting_since'
>;

/**
 * Batches that could be created, oldest first. One whose creation failed for another reason stands aside until it is
 * due again, so that it blocks nobody. Index: batches_waiting.
 */
async function readQueue(tx: Tx, key: FamilyKey, own: number, now: number): Promise<WaitingBatch[]> {
  const rows = await tx.all<QueueRow>(
    `select id, endpoint, model, estimated_tokens, embedding_inputs, sent_count, waiting_since from batches
     where provider_credentials = ? and model_family = ? and state in ('uploaded', 'waiting_for_capacity')
       and reserved_at is null and submit_intent_at is null and cancel_requested_at is null
       and deleted_at is null and (waiting_for is not null or due_at <= ? or id = ?)
     order by closed_at, id limit ?`,
    key.credentials,
    key.family,
    now,
    own,
    longestQueue,
  );
  const waiting: WaitingBatch[] = [];
  for (const row of rows) {
    const ratio = await readRatio(tx, row.endpoint, row.model);
    waiting.push({
      id: row.id,
      tokens: calibrate(row.estimated_tokens, ratio),
      requests: row.embedding_inputs,
      lines: row.sent_count ?? 1,
      waitedMs: row.waiting_since === null ? 0 : now - row.waiting_since,
    });
  }
  return waiting;
}

async function reserve(tx: Tx, batch: BatchRow, judged: Judgement, now: number): Promise<BatchRow> {
  const row = await tx.get<BatchRow>(
    `update batches set reserved_at = ?, reserved_tokens = ?, reserved_requests = ?, ledger_tokens = ?,
       waiting_for = null, waiting_since = null, submit_attempt = submit_attempt + 1, submit_intent_at = ?,
       submit_looks = 0
     where id = ? returning *`,
    now,
    judged.tokens,
    batch.embedding_inputs,
    judged.reservedTokens + judged.tokens,
    now,
    batch.id,
  );
  if (!row) throw new Error('a batch was locked and is not there');
  return row;
}

async function putOff(
  tx: Tx,
  batch: BatchRow,
  { leaseToken, now }: AdmitInput,
  { cause, until, reason }: { cause: WaitingCause; until: number; reason: string },
): Promise<Admitting> {
  const facts: BatchFacts = {
    waiting_for: cause,
    waiting_since: batch.waiting_since ?? now,
    waiting_reason: reason,
    due_at: Math.max(until, now + 1),
  };
  const moved = await waitWith(tx, batch, { leaseToken, now, facts, actor: 'submit', reason });
  return moved ? { kind: 'waiting', batch: moved } : { kind: 'lease_lost' };
}

/** Moves a batch to `waiting_for_capacity`, or leaves it there, with facts and without its lease. */
export async function waitWith(
  tx: Tx,
  batch: BatchRow,
  how: { leaseToken: string; now: number; facts: BatchFacts; actor: string; reason: string },
): Promise<BatchRow | null> {
  const { leaseToken, now, actor, reason } = how;
  const facts = { ...how.facts, reserved_at: null };
  if (batch.state !== 'waiting_for_capacity') {
    return moveBatch(tx, { batchId: batch.id, move: 'wait', leaseToken, facts, actor, reason, now });
  }
  const columns = Object.keys(facts);
  const row = await tx.get<BatchRow>(
    `update batches set ${columns.map((column) => `${column} = ?`).join(', ')},
       lease_token = null, lease_until = null, lease_owner = null
     where id = ? and lease_token = ? returning *`,
    ...Object.values(facts),
    batch.id,
    leaseToken,
  );
  return row ?? null;
}

function reasonOf(cause: WaitingCause, batch: BatchRow, judged: Judgement, message: string | null): string {
  const { cap, reservedTokens, tokens } = judged;
  const embeddings = {
    reserved: judged.reservedRequests,
    cap: judged.requestCap,
    count: batch.embedding_inputs,
  };
  const facts = { family: batch.model_family, cap, reservedTokens, estimate: tokens, embeddings };
  return explainWaiting(cause, facts, message);
}
