/** The batches, in the order of their creation. */
import { type Batch, enteredAt } from './batch.ts';

export interface BatchStore {
  readonly size: number;
  add(batch: Batch): void;
  /** Also a batch that clients no longer find. */
  get(id: string): Batch | undefined;
  /** Undefined for a batch that has vanished. */
  find(id: string): Batch | undefined;
  /** What a list shows at this time, newest first. */
  list(now: number): Batch[];
  all(): readonly Batch[];
}

export function createBatchStore(): BatchStore {
  const batches = new Map<string, Batch>();
  const inOrder: Batch[] = [];
  return {
    get size() {
      return inOrder.length;
    },
    add(batch) {
      batches.set(batch.id, batch);
      inOrder.push(batch);
    },
    get: (id) => batches.get(id),
    find(id) {
      const batch = batches.get(id);
      return batch !== undefined && hasVanished(batch) ? undefined : batch;
    },
    list: (now) =>
      inOrder
        .filter((batch) => !hasVanished(batch) && now - batch.createdAt >= (batch.effect.hideFromListMs ?? 0))
        .reverse(),
    all: () => inOrder,
  };
}

function hasVanished(batch: Batch): boolean {
  const { vanishAt } = batch.effect;
  return vanishAt !== undefined && enteredAt(batch, vanishAt) !== null;
}
