/** Every process of this installation, with its last sign of life. */
import type { ReplicaView } from '../../api/types.ts';
import { Badge } from '../../ui/badge.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';

const does = {
  all: 'answers and works',
  api: 'takes requests and answers',
  worker: 'carries batches and delivers',
} as const;

const columns: readonly Column<ReplicaView>[] = [
  {
    key: 'name',
    head: 'Replica',
    cell: ({ name, here, leads }) => (
      <span className="inline-flex items-center gap-2">
        <span className="mono">{name}</span>
        {here && <Badge tone="quiet" word="answers here" />}
        {leads && <Badge tone="quiet" word="sweeps" />}
      </span>
    ),
  },
  {
    key: 'role',
    head: 'Role',
    cell: ({ role }) => (
      <span>
        {role} <span className="text-muted">({does[role as keyof typeof does] ?? role})</span>
      </span>
    ),
  },
  { key: 'version', head: 'Version', wide: true, cell: ({ version }) => version },
  { key: 'started', head: 'Started', wide: true, cell: ({ started_at: at }) => <When at={at} /> },
  { key: 'seen', head: 'Last heartbeat', cell: ({ seen_at: at }) => <When at={at} /> },
];

export function Replicas({ replicas }: { readonly replicas: readonly ReplicaView[] }) {
  return (
    <section>
      <h2 className="mb-1">Replicas</h2>
      <Table caption="Replicas" columns={columns} rows={replicas} keyOf={({ name }) => name} />
    </section>
  );
}
