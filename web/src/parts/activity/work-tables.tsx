import { Link } from '@tanstack/react-router';
import type { WorkView } from '../../api/types.ts';
import { Empty } from '../../ui/empty.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { BatchBadge } from '../state-badge.tsx';

const batch: Column<WorkView> = {
  key: 'batch',
  head: 'Batch',
  cell: ({ batch_id: id }) => (
    <Link className="link mono" to="/batches/$id" params={{ id: String(id) }}>
      {id}
    </Link>
  ),
};
const state: Column<WorkView> = {
  key: 'state',
  head: 'State',
  cell: ({ state: word }) => <BatchBadge batch={{ state: word, hand_over: null }} />,
};

const leaseColumns: readonly Column<WorkView>[] = [
  batch,
  state,
  { key: 'owner', head: 'Held by', cell: ({ owner }) => <span className="mono">{owner ?? '–'}</span> },
  { key: 'until', head: 'Until', cell: ({ until }) => <When at={until} /> },
  { key: 'model', head: 'Model', wide: true, cell: ({ model }) => model },
];

const troubleColumns: readonly Column<WorkView>[] = [
  batch,
  state,
  { key: 'tries', head: 'Tries', number: true, cell: ({ tries }) => tries },
  { key: 'next', head: 'Next try', cell: ({ next_try_at }) => <When at={next_try_at} none="not planned" /> },
  {
    key: 'error',
    head: 'Last error',
    cell: ({ last_error }) => (
      <span className="block whitespace-normal break-words min-w-48 py-1.5">{last_error}</span>
    ),
  },
];

export function LeaseTable({ rows }: { readonly rows: readonly WorkView[] }) {
  return (
    <section>
      <h2 className="mb-1">Leases held now</h2>
      {rows.length === 0 ? (
        <p className="text-muted">No batch is being worked on at this moment.</p>
      ) : (
        <Table
          caption="Leases"
          columns={leaseColumns}
          rows={rows}
          keyOf={({ batch_id }) => String(batch_id)}
        />
      )}
    </section>
  );
}

export function TroubleTable({ rows }: { readonly rows: readonly WorkView[] }) {
  return (
    <section>
      <h2 className="mb-1">Failed tries</h2>
      {rows.length === 0 ? (
        <div className="-my-5">
          <Empty kind="nothing_wrong" title="Every batch's last try succeeded" />
        </div>
      ) : (
        <Table
          caption="Batches whose last try failed"
          columns={troubleColumns}
          rows={rows}
          keyOf={({ batch_id }) => String(batch_id)}
        />
      )}
    </section>
  );
}
