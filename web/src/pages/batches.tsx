/** Where is each batch, how far, and how long already? */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { call, query } from '../api/client.ts';
import type { BatchList } from '../api/types.ts';
import { batchColumns } from '../parts/batch/columns.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Table } from '../ui/table.tsx';

const route = getRouteApi('/batches');

export function BatchesPage() {
  const search = route.useSearch();
  const asked = useQuery({
    queryKey: ['batches', search],
    queryFn: ({ signal }) => call<BatchList>(`/api/batches${query({ ...search, limit: 50 })}`, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  });
  return (
    <>
      <PageHead title="Batches" />
      <Loaded asked={asked} what="the batches">
        {({ data }) =>
          data.length === 0 ? (
            <Empty kind="nothing_yet" title="No batches yet" />
          ) : (
            <Table
              caption="Batches, newest first"
              columns={batchColumns}
              rows={data}
              keyOf={(b) => String(b.id)}
            />
          )
        }
      </Loaded>
    </>
  );
}
