/** Sessions of the console that were ended by signing out, kept until they would have been over anyway. */
import type { Tx } from '../tx.ts';

/** Twice is once. @param input.until epoch milliseconds at which the session is over by itself */
export async function endSession(
  tx: Tx,
  input: { readonly sessionId: string; readonly until: number },
): Promise<void> {
  await tx.run(
    'insert into ended_sessions (id, until) values (?, ?) on conflict do nothing',
    input.sessionId,
    input.until,
  );
}

/** Index: the primary key of ended_sessions. */
export async function hasSessionEnded(tx: Tx, input: { readonly sessionId: string }): Promise<boolean> {
  return (await tx.get('select 1 as ended from ended_sessions where id = ?', input.sessionId)) !== undefined;
}

/** One slice of those that are over. True when there may be more. Index: ended_sessions_by_until. */
export async function forgetEndedSessions(
  tx: Tx,
  input: { readonly before: number; readonly limit: number },
): Promise<boolean> {
  const removed = await tx.run(
    `delete from ended_sessions where id in (
       select id from ended_sessions where until < ? order by until limit ?)`,
    input.before,
    input.limit,
  );
  return removed === input.limit;
}
