/** Where is each batch, how far, and how long already? */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { call, query } from '../api/client.ts';
import { useHold, useLookEvery } from '../api/live.ts';
import type { Batch, BatchList } from '../api/types.ts';
import { readBatchSearch } from '../lib/search.ts';
import { useSteady } from '../lib/steady.ts';
import { batchOrders } from '../parts/batch/batch-orders.tsx';
import { batchColumns } from '../parts/batch/columns.tsx';
import { StateChips } from '../parts/batch/state-chips.tsx';
import { FirstRequest } from '../parts/first-request.tsx';
import { OrderButton } from '../parts/orders/order-button.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { NewPill } from '../ui/new-pill.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Pager } from '../ui/pager.tsx';
import { Table } from '../ui/table.tsx';

const route = getRouteApi('/batches');
const pageRows = 50;

export function BatchesPage() {
  const search = route.useSearch({ select: readBatchSearch });
  const navigate = route.useNavigate();
  const lookEvery = useLookEvery();
  const asked = useQuery({
    queryKey: ['batches', 'list', search],
    queryFn: async ({ signal }) => ({
      ...(await call<BatchList>(`/api/batches${query({ ...search, limit: pageRows })}`, { signal })),
      address: JSON.stringify(search),
    }),
    placeholderData: keepPreviousData,
    refetchInterval: lookEvery,
  });
  const filtered = Object.keys(search).length > 0;
  return (
    <>
      <PageHead title="Batches" />
      <StateChips />
      <Loaded asked={asked} what="the batches" rows={12}>
        {({ data, next_cursor, address }) =>
          data.length === 0 && !filtered ? (
            <Empty kind="nothing_yet" title="No batches yet: the first request opens one">
              <FirstRequest />
            </Empty>
          ) : data.length === 0 ? (
            <Empty kind="no_match" title="No batch matches">
              <Button onClick={() => void navigate({ search: {} })}>Clear the filter</Button>
            </Empty>
          ) : (
            <BatchTable data={data} nextCursor={next_cursor} address={address} />
          )
        }
      </Loaded>
    </>
  );
}

interface BatchTableProps {
  readonly data: Batch[];
  readonly nextCursor: string | null;
  /** What the rows are a list of. */
  readonly address: string;
}

function BatchTable({ data, nextCursor, address }: BatchTableProps) {
  const search = route.useSearch({ select: readBatchSearch });
  const navigate = route.useNavigate();
  const { rows, waiting, show } = useSteady(data, ({ id }) => id, address);
  const [acting, setActing] = useState<number | null>(null);
  useHold(acting !== null);
  const chosen = rows.find(({ id }) => id === acting);
  return (
    <>
      <NewPill waiting={waiting} what="batch" many="batches" onShow={show} />
      <Table
        caption="Batches, newest first"
        columns={batchColumns}
        rows={rows}
        keyOf={({ id }) => String(id)}
        copyOf={({ id }) => String(id)}
        onActions={({ id }) => setActing(id)}
        onOpen={({ id }) => void navigate({ to: '/batches/$id', params: { id: String(id) } })}
      />
      <Pager
        text={`${rows.length} shown, newest first`}
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
