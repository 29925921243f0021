/** What people order, one row each: who, what, when, how it ended. A row that has not ended keeps a second one out. */
import type { Tx } from '../tx.ts';

export interface ActionRow {
  id: number;
  key: string;
  action: string;
  subject: string;
  actor: string;
  started_at: number;
  ended_at: number | null;
  status: number | null;
  message: string | null;
}

export interface BeginActionInput {
  /** What must not run twice at once. */
  readonly key: string;
  readonly action: string;
  readonly subject: string;
  readonly actor: string;
  readonly now: number;
  /** An action that has not ended after this long belongs to a process that is gone. */
  readonly longestMs: number;
}

export type BegunAction =
  | { readonly kind: 'begun'; readonly id: number }
  | { readonly kind: 'running'; readonly actor: string; readonly since: number };

/** Index: actions_running. */
export async function beginAction(tx: Tx, input: BeginActionInput): Promise<BegunAction> {
  const { key, action, subject, actor, now } = input;
  await tx.run(
    `update actions set ended_at = ?, message = 'the process that carried it out is gone'
     where key = ? and ended_at is null and started_at < ?`,
    now,
    key,
    now - input.longestMs,
  );
  const begun = await tx.get<{ id: number }>(
    `insert into actions (key, action, subject, actor, started_at) values (?, ?, ?, ?, ?)
     on conflict (key) where ended_at is null do nothing returning id`,
    key,
    action,
    subject,
    actor,
    now,
  );
  if (begun) return { kind: 'begun', id: begun.id };
  const running = await tx.get<ActionRow>('select * from actions where key = ? and ended_at is null', key);
  return { kind: 'running', actor: running?.actor ?? 'somebody', since: running?.started_at ?? now };
}

/** How it was answered. What was carried out stays so, whatever has failed behind it. */
export async function endAction(
  tx: Tx,
  input: {
    readonly id: number;
    readonly status: number;
    readonly message: string | null;
    readonly now: number;
  },
): Promise<void> {
  await tx.run(
    `update actions set ended_at = ?, status = ?, message = ?
     where id = ? and (ended_at is null or (status is not null and ? < 400))`,
    input.now,
    input.status,
    input.message,
    input.id,
    input.status,
  );
}

/** Newest first, by primary key. */
export async function listActions(
  tx: Tx,
  input: { readonly cursor: number | null; readonly limit: number },
): Promise<ActionRow[]> {
  return tx.all<ActionRow>(
    'select * from actions where id < ? order by id desc limit ?',
    input.cursor ?? Number.MAX_SAFE_INTEGER,
    input.limit,
  );
}

/** One slice of what is old. True when there may be more. */
export async function removeActions(
  tx: Tx,
  input: { readonly before: number; readonly limit: number },
): Promise<boolean> {
  const removed = await tx.run(
    `delete from actions where id in (
       select id from (select id, started_at from actions order by id limit ?) as oldest where started_at < ?)`,
    input.limit,
    input.before,
  );
  return removed === input.limit;
}
