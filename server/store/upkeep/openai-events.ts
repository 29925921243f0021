/** Webhooks that OpenAI sent: each is taken once, by its id, and only makes a batch due. */
import type { Tx } from '../tx.ts';

export type EventEffect = 'due' | 'repeated' | 'unknown_batch';

/** Indexes: the primary key of openai_events, batches_by_openai_id. */
export async function takeOpenAIEvent(
  tx: Tx,
  input: { readonly webhookId: string; readonly openaiBatchId: string; readonly now: number },
): Promise<EventEffect> {
  const isNew = await tx.run(
    'insert into openai_events (webhook_id, received_at) values (?, ?) on conflict do nothing',
    input.webhookId,
    input.now,
  );
  if (isNew === 0) return 'repeated';
  const made = await tx.run(
    `update batches set due_at = case when due_at < ? then due_at else ? end
     where openai_batch_id = ? and state = 'openai_processing' and deleted_at is null`,
    input.now,
    input.now,
    input.openaiBatchId,
  );
  return made > 0 ? 'due' : 'unknown_batch';
}

/** Forgets events received before `before`, in slices. Index: openai_events_received. */
export async function forgetOpenAIEvents(
  tx: Tx,
  input: { readonly before: number; readonly limit: number },
): Promise<boolean> {
  const removed = await tx.run(
    `delete from openai_events where webhook_id in (
       select webhook_id from openai_events where received_at < ? order by received_at limit ?)`,
    input.before,
    input.limit,
  );
  return removed === input.limit;
}
