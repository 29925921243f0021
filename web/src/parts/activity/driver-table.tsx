import { Link } from '@tanstack/react-router';
import type { DriverView } from '../../api/types.ts';
import { count } from '../../lib/numbers.ts';
import { Badge } from '../../ui/badge.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { OrderButton } from '../orders/order-button.tsx';

/** Slots as boxes while they can be counted by eye. */
function Slots({ busy, slots }: { readonly busy: number; readonly slots: number }) {
  const words = `${busy} of ${slots} in use`;
  return (
    <span className="inline-flex items-center gap-2" title={words}>
      {slots <= 20 && (
        <span className="inline-flex gap-[2px]" aria-hidden="true">
          {Array.from({ length: slots }, (_, index) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: slots are alike
              key={index}
              className={`w-2 h-3 rounded-[1px] ${index < busy ? 'bg-moving' : 'bg-base-300'}`}
            />
          ))}
        </span>
      )}
      <span>
        {busy}
        <span className="text-muted">/{slots}</span>
      </span>
    </span>
  );
}

const columns: readonly Column<DriverView>[] = [
  { key: 'stage', head: 'Stage', cell: ({ stage }) => <span className="font-medium">{stage}</span> },
  { key: 'slots', head: 'Slots in use', cell: ({ busy, slots }) => <Slots busy={busy} slots={slots} /> },
  {
    key: 'due',
    head: 'Due now',
    number: true,
    cell: ({ due, stage }) => (stage === 'send' ? '–' : count(due)),
  },
  {
    key: 'waiting',
    head: 'Standing',
    number: true,
    cell: ({ waiting, states, stage }) =>
      states[0] ? (
        <Link className="link" to="/batches" search={{ state: states[0] }}>
          {count(waiting)}
        </Link>
      ) : (
        <span title={stage === 'send' ? 'requests on the way, pauses included' : ''}>{count(waiting)}</span>
      ),
  },
  { key: 'oldest', head: 'Oldest', number: true, cell: ({ oldest_at }) => <When at={oldest_at} bare /> },
  {
    key: 'does',
    head: 'What it does',
    wide: true,
    cell: ({ does }) => <span className="text-muted">{does}</span>,
  },
  {
    key: 'paused',
    head: <span className="sr-only">Actions</span>,
    cell: (driver) => <Pause driver={driver} />,
  },
];

/** One order for all replicas. */
function Pause({ driver: { stage, paused_at: at, paused_by: by } }: { readonly driver: DriverView }) {
  const path = `/api/stages/${stage}`;
  if (at === null) {
    return (
      <OrderButton
        order={{
          label: 'Pause',
          name: `Pause ${stage}`,
          path: `${path}/pause`,
          confirm: {
            title: `Pause stage ${stage}?`,
            text: 'It begins nothing more, on every replica, until it is resumed. What is under way ends; nothing is lost.',
            yes: `Pause ${stage}`,
          },
          done: `Stage ${stage} is paused.`,
        }}
      />
    );
  }
  return (
    <span className="inline-flex items-center gap-2">
      <Badge tone="watch" word="paused" />
      <span className="hint">
        <When at={at} /> by <bdi>{by}</bdi>
      </span>
      <OrderButton
        order={{
          label: 'Resume',
          name: `Resume ${stage}`,
          path: `${path}/resume`,
          main: true,
          done: `Stage ${stage} goes on.`,
        }}
      />
    </span>
  );
}

export function DriverTable({ drivers }: { readonly drivers: readonly DriverView[] }) {
  return (
    <section>
      <h2 className="mb-1">Stages of this process</h2>
      <Table caption="Stages and their slots" columns={columns} rows={drivers} keyOf={({ stage }) => stage} />
    </section>
  );
}
