/** What is enqueued, by model family: input tokens and, for embeddings, requests. */
import type { Batch } from './batch.ts';

export interface Enqueued {
  readonly tokens: number;
  readonly requests: number;
}

export interface TokenLedger {
  enqueue(batch: Batch, size: Enqueued): void;
  /** Nothing happens for a batch that holds nothing. */
  release(batch: Batch): void;
  enqueued(model: string): Enqueued;
  show(): Record<string, Enqueued>;
}

/** "gpt-4o-mini-2024-07-18" belongs to "gpt-4o-mini". */
export function familyOf(model: string): string {
  return model.replace(/-\d{4}-\d{2}-\d{2}$/, '');
}

export function createTokenLedger(): TokenLedger {
  const held = new Map<string, { family: string; size: Enqueued }>();
  const sums = new Map<string, Enqueued>();

  const enqueued = (model: string): Enqueued => sums.get(familyOf(model)) ?? { tokens: 0, requests: 0 };
  function change(family: string, size: Enqueued, sign: 1 | -1): void {
    const { tokens, requests } = enqueued(family);
    sums.set(family, { tokens: tokens + sign * size.tokens, requests: requests + sign * size.requests });
  }

  return {
    enqueue(batch, size) {
      const family = familyOf(batch.model ?? '');
      held.set(batch.id, { family, size });
      change(family, size, 1);
    },
    release(batch) {
      const entry = held.get(batch.id);
      if (entry === undefined) return;
      held.delete(batch.id);
      change(entry.family, entry.size, -1);
    },
    enqueued,
    show: () => Object.fromEntries(sums),
  };
}
