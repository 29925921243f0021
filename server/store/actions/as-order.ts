/**
 * An order that is one transaction closes its entry in the record of orders in that very transaction. So whatever kills
 * the process, an entry says that its order was carried out if and only if it was.
 */
import type { Tx } from '../tx.ts';

/** The entry of an order, begun by `beginAction`. */
export interface Order {
  readonly id: number;
  readonly now: number;
}

/** Until the answer says more exactly, when the process lives that long. */
const carriedOutStatus = 202;

/**
 * @param carriedOut false where it was refused and nothing has changed: such an entry ends with the refusal
 */
export function asOrder<Input, Output>(
  operation: (tx: Tx, input: Input) => Promise<Output>,
  carriedOut: (output: Output) => boolean = () => true,
): (tx: Tx, input: Input & { readonly order?: Order }) => Promise<Output> {
  return async (tx, input) => {
    const output = await operation(tx, input);
    if (input.order !== undefined && carriedOut(output)) {
      await tx.run(
        'update actions set ended_at = ?, status = ? where id = ? and ended_at is null',
        input.order.now,
        carriedOutStatus,
        input.order.id,
      );
    }
    return output;
  };
}

/** Whether an order that answers with a kind has changed something. */
export const isOneOf =
  (...kinds: readonly string[]) =>
  ({ kind }: { readonly kind: string }): boolean =>
    kinds.includes(kind);

/** Whether an order that answers with a row, or null, has changed something. */
export const found = (output: object | null): boolean => output !== null;
