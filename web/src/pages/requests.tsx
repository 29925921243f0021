/** Find this one among a million. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { call, query } from '../api/client.ts';
import { useHold, useLookEvery } from '../api/live.ts';
import { overviewQuery } from '../api/queries.ts';
import type { RequestList } from '../api/types.ts';
import { useSteadyList } from '../api/use-steady-list.ts';
import { count } from '../lib/numbers.ts';
import { pageSizes, usePageRows } from '../lib/page-rows.ts';
import { present, type RequestSearch, readRequestSearch } from '../lib/search.ts';
import { Redeliveries } from '../parts/destination/redeliveries.tsx';
import { FirstRequest } from '../parts/first-request.tsx';
import { Arrivals } from '../parts/request/arrivals.tsx';
import { BulkBar } from '../parts/request/bulk-bar.tsx';
import { requestColumns } from '../parts/request/columns.tsx';
import { RedeliverMatching } from '../parts/request/redeliver-matching.tsx';
import { FilterChips, SearchBar } from '../parts/request/search-bar.tsx';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { NewPill } from '../ui/new-pill.tsx';
import { inWords, OrderChoice } from '../ui/order-choice.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Pager, type PageSize } from '../ui/pager.tsx';
import { Table } from '../ui/table.tsx';

const route = getRouteApi('/requests');

export function RequestsPage() {
  const search = route.useSearch({ select: readRequestSearch });
  const navigate = route.useNavigate();
  const lookEvery = useLookEvery();
  const [pageRows, choose] = usePageRows();
  const asked = useQuery({
    queryKey: ['requests', 'list', search, pageRows],
    queryFn: async ({ signal }) => ({
      ...(await call<RequestList>(`/api/requests${query({ ...search, limit: pageRows })}`, { signal })),
      address: JSON.stringify([search, pageRows]),
    }),
    placeholderData: keepPreviousData,
    refetchInterval: lookEvery,
  });
  const { cursor: _, order: __, ...filter } = search;
  const filtered = Object.keys(filter).length > 0;
  return (
    <>
      <PageHead
        title="Requests"
        actions={
          <>
            <RedeliverMatching filter={filter} />
            <a
              className="btn btn-sm btn-outline border-base-300 font-medium"
              href={`/api/results${query(filter)}`}
            >
              <Download size={14} aria-hidden="true" />
              Export outcomes as JSONL
            </a>
          </>
        }
      />
      <SearchBar />
      <FilterChips />
      <Arrivals />
      <div className="mt-4">
        <Loaded asked={asked} what="the requests" rows={12}>
          {(newest) =>
            newest.data.length === 0 && newest.next_cursor === null ? (
              filtered ? (
                <Empty kind="no_match" title="No request matches">
                  <Button onClick={() => void navigate({ search: {} })}>Clear the filter</Button>
                </Empty>
              ) : (
                <Empty kind="nothing_yet" title="No requests yet: send the first one">
                  <FirstRequest />
                </Empty>
              )
            ) : (
              <RequestTable
                newest={newest}
                filtered={filtered}
                size={{ rows: pageRows, choices: pageSizes, choose }}
              />
            )
          }
        </Loaded>
      </div>
      <Redeliveries />
    </>
  );
}

interface RequestTableProps {
  /** `address`: what the rows are a list of. */
  readonly newest: RequestList & { readonly address: string };
  readonly filtered: boolean;
  readonly size: PageSize;
}

function RequestTable({ newest, filtered, size }: RequestTableProps) {
  const search = route.useSearch({ select: readRequestSearch });
  const navigate = route.useNavigate();
  const list = useSteadyList({
    kind: 'requests',
    path: '/api/requests',
    search: { ...search },
    limit: size.rows,
    newest,
  });
  const { data: rows, next_cursor: nextCursor, waiting, show } = list;
  const reorder = (order: 'asc' | undefined) =>
    void navigate({
      search: ({ cursor: _, order: __, ...rest }) => present<RequestSearch>({ ...rest, order }),
    });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  useHold(selected.size > 0);
  const toggle = (key: string) => {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    setSelected(next);
  };
  return (
    <>
      {!search.cursor && (
        <NewPill waiting={waiting} what="request" more={waiting >= size.rows} onShow={show} />
      )}
      <Table
        caption={`Requests, ${inWords(search.order)}`}
        columns={requestColumns}
        rows={rows}
        keyOf={({ id }) => String(id)}
        selection={{ keys: selected, toggle }}
        copyOf={({ custom_id }) => custom_id}
        onOpen={({ id }) => void navigate({ to: '/requests/$id', params: { id: String(id) } })}
      />
      <BulkBar
        customIds={rows.filter(({ id }) => selected.has(String(id))).map(({ custom_id }) => custom_id)}
        onClear={() => setSelected(new Set())}
      />
      <Pager
        size={size}
        order={<OrderChoice order={search.order} choose={reorder} />}
        text={useTotalText(rows.length, filtered, nextCursor !== null)}
        onNext={
          nextCursor ? () => void navigate({ search: (now) => ({ ...now, cursor: nextCursor }) }) : null
        }
        onFirst={search.cursor ? () => void navigate({ search: ({ cursor: _, ...rest }) => rest }) : null}
      />
    </>
  );
}

/** The whole is known from the batches' counters; what a filter matches is not counted. */
function useTotalText(shown: number, filtered: boolean, more: boolean): string {
  const { data } = useQuery(overviewQuery('24h'));
  const all = data?.stages.reduce((sum, { requests }) => sum + requests, 0);
  if (filtered) return `${count(shown)} shown${more ? ', more follow' : ''}`;
  return `${count(shown)} shown${all === undefined ? '' : ` of ${count(Math.max(all, shown))}`}`;
}
