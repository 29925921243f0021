/** What carries our tag at OpenAI and belongs to nothing here: it costs money or space until somebody removes it. */
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import type { Orphan } from '../../api/types.ts';
import { type Column, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { ForeignId } from '../batch/batch-facts.tsx';
import { OrderButton } from '../orders/order-button.tsx';

const columns: readonly Column<Orphan>[] = [
  { key: 'kind', head: 'Kind', cell: ({ kind }) => kind },
  { key: 'remote', head: 'OpenAI id', cell: ({ remote_id }) => <ForeignId id={remote_id} what="id" /> },
  {
    key: 'about',
    head: 'About',
    cell: ({ about, last_error }) => (
      <span className="whitespace-normal break-words">
        {about}
        {last_error !== null && <span className="text-watch"> {last_error}</span>}
      </span>
    ),
  },
  { key: 'made', head: 'Made', cell: ({ remote_created_at }) => <When at={remote_created_at} /> },
  {
    key: 'remove',
    head: <span className="sr-only">Actions</span>,
    cell: ({ id, kind, remote_id, removing }) => (
      <OrderButton
        order={{
          label: 'Remove',
          method: 'DELETE',
          path: `/api/orphans/${id}`,
          danger: true,
          refused: removing ? 'It is being removed.' : null,
          confirm: {
            title: `Remove this ${kind} at OpenAI?`,
            text: `${remote_id} is ${kind === 'batch' ? 'cancelled' : 'deleted'} at OpenAI. Be sure that no other installation needs it.`,
            yes: `Remove the ${kind}`,
          },
          done: `${remote_id} is being removed.`,
        }}
      />
    ),
  },
];

export function Orphans() {
  const { data } = useQuery({
    queryKey: ['orphans'],
    queryFn: ({ signal }) => call<{ data: Orphan[] }>('/api/orphans', { signal }),
    refetchInterval: 60_000,
  });
  if (!data || data.data.length === 0) return null;
  return (
    <section>
      <h2 className="mb-1">At OpenAI, and nobody's here</h2>
      <Table
        caption="Found at OpenAI with our tag"
        columns={columns}
        rows={data.data}
        keyOf={({ id }) => String(id)}
      />
    </section>
  );
}
