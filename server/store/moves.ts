/**
 * The one place that writes a state.
 *
 * Both functions compare and set: the row moves only from a state that the move table allows, and, where a
 * lease is named, only for its holder. Losing that race is normal and answered with null.
 */
import { type BatchMove, type BatchState, batchMoves, targetOf } from '../../core/batch.ts';
import { familyOf } from '../../core/capacity/family.ts';
import { type RequestMove, requestMoves } from '../../core/request.ts';
import { followMove } from './capacity/follow-move.ts';
import { noLease } from './deliveries/delivery-lease.ts';
import type { BatchRow } from './rows.ts';
import type { SqlValue, Tx } from './tx.ts';
import { planForgotten } from './upkeep/remote-cleanups.ts';

/** Columns that a move may set beside the state. */
export type BatchFacts = Partial<Omit<BatchRow, 'id' | 'state' | 'state_at' | 'lease_token' | 'lease_until'>>;

export interface BatchMoving {
  readonly batchId: number;
  readonly move: BatchMove;
  /** Which target, for a move that has more than one. */
  readonly to?: BatchState;
  /** The move is made only while this lease holds, and ends it. */
  readonly leaseToken?: string;
  /** Without a lease of the mover's own: refused while somebody else holds a live one. */
  readonly unlessLeased?: boolean;
  readonly facts?: BatchFacts;
  readonly actor: string;
  readonly reason?: string;
  readonly now: number;
}

/**
 * Moves a batch and writes its transition; the row as it is now, or null when somebody else was first. An input
 * file that the row forgets with the move is removed at the provider.
 */
export async function moveBatch(tx: Tx, moving: BatchMoving): Promise<BatchRow | null> {
  const { batchId, move, leaseToken, now } = moving;
  const before = await tx.get<BatchRow>(`select * from batches where id = ?${tx.forUpdate}`, batchId);
  const allowed = batchMoves[move].from as readonly (BatchState | null)[];
  if (!before || !allowed.includes(before.state)) return null;
  if (leaseToken !== undefined && before.lease_token !== leaseToken) return null;
  if (moving.unlessLeased && before.lease_until !== null && before.lease_until > now) return null;
  const to = targetOf(move, moving.to);
  const facts: BatchFacts = {
    due_at: now,
    tries: 0,
    last_error: null,
    condition: null,
    condition_since: null,
    resubmit_requested_at: null,
    ...ledgerFacts(to),
    ...moving.facts,
  };
  const columns = Object.keys(facts);
  const after = await tx.get<BatchRow>(
    `update batches
     set state = ?, state_at = ?, lease_token = null, lease_until = null, lease_owner = null,
         ${columns.map((column) => `${column} = ?`).join(', ')}
     where id = ? and state = ?
     returning *`,
    to,
    now,
    ...(Object.values(facts) as SqlValue[]),
    batchId,
    before.state,
  );
  if (!after) return null;
  await writeTransition(tx, { ...moving, from: before.state, to });
  await followMove(tx, { before, after, move, now });
  await planForgotten(tx, before, after, now);
  return after;
}

/** Only what is at the provider counts in the ledger, and only what waits for it has a reason to wait. */
function ledgerFacts(to: BatchState): BatchFacts {
  if (to === 'waiting_for_capacity') return { reserved_at: null };
  if (to === 'openai_processing') return { waiting_for: null, waiting_since: null };
  return { reserved_at: null, waiting_for: null, waiting_since: null };
}

/** Brings a batch into the world by `open` or `succeed`. */
export async function bearBatch(
  tx: Tx,
  birth: {
    readonly move: 'open' | 'succeed';
    readonly endpoint: string;
    readonly model: string;
    readonly facts: BatchFacts;
    readonly actor: string;
    readonly reason?: string;
    readonly now: number;
  },
): Promise<BatchRow> {
  const { move, endpoint, model, now } = birth;
  const to = targetOf(move);
  const columns = Object.keys(birth.facts);
  const row = await tx.get<BatchRow>(
    `insert into batches (endpoint, model, model_family, state, created_at, state_at${columns.map((c) => `, ${c}`).join('')})
     values (?, ?, ?, ?, ?, ?${columns.map(() => ', ?').join('')})
     returning *`,
    endpoint,
    model,
    familyOf(model),
    to,
    now,
    now,
    ...(Object.values(birth.facts) as SqlValue[]),
  );
  if (!row) throw new Error('a batch was inserted and not returned');
  await writeTransition(tx, { ...birth, batchId: row.id, from: null, to });
  return row;
}

async function writeTransition(
  tx: Tx,
  t: {
    readonly batchId: number;
    readonly move: BatchMove;
    readonly from: BatchState | null;
    readonly to: BatchState;
    readonly actor: string;
    readonly reason?: string;
    readonly now: number;
  },
): Promise<void> {
  await tx.run(
    `insert into transitions (batch_id, move, from_state, to_state, actor, reason, at)
     values (?, ?, ?, ?, ?, ?, ?)`,
    t.batchId,
    t.move,
    t.from,
    t.to,
    t.actor,
    t.reason ?? null,
    t.now,
  );
}

/** The `from` states of a request move as SQL, to stand after `state in`. */
export function fromStates(move: RequestMove): string {
  return `(${requestMoves[move].from.map((state) => `'${state}'`).join(', ')})`;
}

/** What a hand-over begins with, as a part of `set`: no attempt yet, nothing held back, nothing asked for. */
export const newRound = `delivery_tries = 0, held_since = null, asked_until = null, ${noLease}`;

/**
 * Whether a row that is named by its id stands where a request move begins. The state is hidden from PostgreSQL's planner: where
 * its counts are those of yesterday it takes a state for rare, and reads all that an index holds of it for each row.
 */
export function inStateFor(move: RequestMove): string {
  return `(state || '') in ${fromStates(move)}`;
}

/** The head of every statement that moves requests: table, new state, time. Parameters: now. */
export function setState(move: RequestMove): string {
  return `update requests set state = '${requestMoves[move].to}', updated_at = ?`;
}
