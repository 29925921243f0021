import type { Order } from './actions/as-order.ts';
import { orders } from './operations.ts';
import type { Store } from './store.ts';

/** The same store, where orders are carried out as the one whose entry this is. */
export function withinOrder(store: Store, id: number, clock: { now(): number }): Store {
  type Give = (input: object & { readonly order: Order }) => Promise<unknown>;
  const given = Object.keys(orders).map((name) => {
    const give = store[name as keyof typeof orders] as unknown as Give;
    return [name, (input: object) => give({ ...input, order: { id, now: clock.now() } })];
  });
  return Object.assign(Object.create(store), Object.fromEntries(given)) as Store;
}
