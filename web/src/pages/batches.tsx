/** Where is each batch, how far, and how long already? */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { call, query } from '../api/client.ts';
import { useHold, useLookEvery } from '../api/live.ts';
import type { Batch, BatchList } from '../api/types.ts';
import { useSteadyList } from '../api/use-steady-list.ts';
import { pageSizes, usePageRows } from '../lib/page-rows.ts';
import { type BatchSearch, present, readBatchSearch } from '../lib/search.ts';
import { batchOrders } from '../parts/batch/batch-orders.tsx';
import { batchColumns } from '../parts/batch/columns.tsx';
import { KindFilter } from '../parts/batch/kind-filter.tsx';
import { StateChips } from '../parts/batch/state-chips.tsx';
import { FirstRequest } from '../parts/first-request.tsx';
import { OrderButton } from '../parts/orders/order-button.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { NewPill } from '../ui/new-pill.tsx';
import { inWords, OrderChoice } from '../ui/order-choice.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Pager, type PageSize } from '../ui/pager.tsx';
import { type Column, Table } from '../ui/table.tsx';

const route = getRouteApi('/batches');

export function BatchesPage() {
  const search = route.useSearch({ select: readBatchSearch });
  const navigate = route.useNavigate();
  const lookEvery = useLookEvery();
  const [pageRows, choose] = usePageRows();
  const asked = useQuery({
    queryKey: ['batches', 'list', search, pageRows],
    queryFn: async ({ signal }) => ({
      ...(await call<BatchList>(`/api/batches${query({ ...search, limit: pageRows })}`, { signal })),
      address: JSON.stringify([search, pageRows]),
    }),
    placeholderData: keepPreviousData,
    refetchInterval: lookEvery,
  });
  const { order: _, ...filter } = search;
  const filtered = Object.keys(filter).length > 0;
  return (
    <>
      <PageHead title="Batches" />
      <KindFilter models={[...new Set(asked.data?.data.map(({ model }) => model))]} />
      <StateChips />
      <Loaded asked={asked} what="the batches" rows={12}>
        {(newest) =>
          newest.data.length === 0 && !filtered ? (
            <Empty kind="nothing_yet" title="No batches yet: the first request opens one">
              <FirstRequest />
            </Empty>
          ) : newest.data.length === 0 ? (
            <Empty kind="no_match" title="No batch matches">
              <Button onClick={() => void navigate({ search: {} })}>Clear the filter</Button>
            </Empty>
          ) : (
            <BatchTable newest={newest} size={{ rows: pageRows, choices: pageSizes, choose }} />
          )
        }
      </Loaded>
    </>
  );
}

interface BatchTableProps {
  /** `address`: what the rows are a list of. */
  readonly newest: BatchList & { readonly address: string };
  readonly size: PageSize;
}

function BatchTable({ newest, size }: BatchTableProps) {
  const search = route.useSearch({ select: readBatchSearch });
  const navigate = route.useNavigate();
  const list = useSteadyList({
    kind: 'batches',
    path: '/api/batches',
    search: { ...search },
    limit: size.rows,
    newest,
  });
  const { data: rows, next_cursor: nextCursor, waiting, show } = list;
  const reorder = (order: 'asc' | undefined) =>
    void navigate({
      search: ({ cursor: _, order: __, ...rest }) => present<BatchSearch>({ ...rest, order }),
    });
  const [acting, setActing] = useState<number | null>(null);
  useHold(acting !== null);
  const columns = [...batchColumns, actionsColumn(setActing)];
  const chosen = rows.find(({ id }) => id === acting);
  return (
    <>
      <NewPill waiting={waiting} what="batch" many="batches" onShow={show} />
      <Table
        caption={`Batches, ${inWords(search.order)}`}
        columns={columns}
        rows={rows}
        keyOf={({ id }) => String(id)}
        copyOf={({ id }) => String(id)}
        onActions={({ id }) => setActing(id)}
        onOpen={({ id }) => void navigate({ to: '/batches/$id', params: { id: String(id) } })}
      />
      <Pager
        size={size}
        order={<OrderChoice order={search.order} choose={reorder} />}
        text={`${rows.length} shown, ${inWords(search.order)}`}
        onNext={
          nextCursor ? () => void navigate({ search: (now) => ({ ...now, cursor: nextCursor }) }) : null
        }
        onFirst={search.cursor ? () => void navigate({ search: ({ cursor: _, ...rest }) => rest }) : null}
      />
      {chosen && (
        <Dialog title={`Batch ${chosen.id}`} onClose={() => setActing(null)}>
          <div className="flex flex-wrap gap-2">
            {batchOrders(chosen).map((order) => (
              <OrderButton key={order.label} order={order} />
            ))}
          </div>
        </Dialog>
      )}
    </>
  );
}

/** What may be ordered of a row, for those who use no keys. */
function actionsColumn(act: (id: number) => void): Column<Batch> {
  return {
    key: 'actions',
    head: <span className="sr-only">Actions</span>,
    cell: ({ id }) => (
      <Button look="bare" label={`Actions of batch ${id}`} onClick={() => act(id)}>
        <Ellipsis size={15} aria-hidden="true" />
      </Button>
    ),
  };
}
