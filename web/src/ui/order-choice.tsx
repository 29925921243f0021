/** Which end of a list comes first. */
import type { ReactNode } from 'react';

type Order = 'asc' | undefined;

export const inWords = (order: Order): string => (order === 'asc' ? 'oldest first' : 'newest first');

interface OrderChoiceProps {
  readonly order: Order;
  readonly choose: (order: Order) => void;
}

export function OrderChoice({ order, choose }: OrderChoiceProps): ReactNode {
  return (
    <select
      className="select select-sm w-32"
      aria-label="Order of the list"
      value={order ?? 'desc'}
      onChange={(event) => choose(event.target.value === 'asc' ? 'asc' : undefined)}
    >
      <option value="desc">Newest first</option>
      <option value="asc">Oldest first</option>
    </select>
  );
}
