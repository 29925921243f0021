/** Orders to deliver much at once: named by what they match, with progress and a way to end them. */
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import type { Redelivery, RedeliveryList } from '../../api/types.ts';
import { count } from '../../lib/numbers.ts';
import { Badge } from '../../ui/badge.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { OrderButton } from '../orders/order-button.tsx';

const tones = { running: 'moving', done: 'good', aborted: 'quiet' } as const;

function wordsOf(filter: unknown): string {
  return Object.entries(filter as Record<string, unknown>)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(', ');
}

const columns: readonly Column<Redelivery>[] = [
  { key: 'id', head: 'Order', cell: ({ id }) => <span className="mono">{id}</span> },
  { key: 'state', head: 'State', cell: ({ state }) => <Badge tone={tones[state]} word={state} /> },
  {
    key: 'filter',
    head: 'What',
    cell: ({ filter, last_error }) => (
      <span className="whitespace-normal break-words">
        {wordsOf(filter)}
        {last_error !== null && <span className="text-watch"> {last_error}</span>}
      </span>
    ),
  },
  {
    key: 'progress',
    head: 'Delivered again',
    number: true,
    cell: ({ redelivered, matching }) =>
      `${count(redelivered)} of ${matching === null ? 'more than were counted' : count(matching)}`,
  },
  { key: 'by', head: 'By', wide: true, cell: ({ created_by }) => <bdi>{created_by}</bdi> },
  { key: 'at', head: 'Ordered', cell: ({ created_at }) => <When at={created_at} /> },
  {
    key: 'abort',
    head: <span className="sr-only">Actions</span>,
    cell: ({ id, state }) =>
      state === 'running' && (
        <OrderButton
          order={{
            label: 'Abort',
            path: `/api/redeliveries/${id}/abort`,
            danger: true,
            done: `Order ${id} is ended; what is on its way goes on.`,
          }}
        />
      ),
  },
];

export function Redeliveries() {
  const { data } = useQuery({
    queryKey: ['redeliveries'],
    queryFn: ({ signal }) => call<RedeliveryList>('/api/redeliveries?limit=10', { signal }),
    refetchInterval: ({ state: { data: now } }) =>
      now?.data.some(({ state }) => state === 'running') ? 2_000 : 30_000,
  });
  if (!data || data.data.length === 0) return null;
  return (
    <section className="mt-6">
      <h2 className="mb-1">Redelivery orders</h2>
      <Table caption="Redelivery orders" columns={columns} rows={data.data} keyOf={({ id }) => String(id)} />
    </section>
  );
}
