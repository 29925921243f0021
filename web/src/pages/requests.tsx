/** Find this one among a million. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { call, query } from '../api/client.ts';
import { useHold, useLookEvery } from '../api/live.ts';
import { overviewQuery } from '../api/queries.ts';
import type { Request, RequestList } from '../api/types.ts';
import { count } from '../lib/numbers.ts';
import { readRequestSearch } from '../lib/search.ts';
import { useSteady } from '../lib/steady.ts';
import { FirstRequest } from '../parts/first-request.tsx';
import { Arrivals } from '../parts/request/arrivals.tsx';
import { BulkBar } from '../parts/request/bulk-bar.tsx';
import { requestColumns } from '../parts/request/columns.tsx';
import { FilterChips, SearchBar } from '../parts/request/search-bar.tsx';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { NewPill } from '../ui/new-pill.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Pager } from '../ui/pager.tsx';
import { Table } from '../ui/table.tsx';

const route = getRouteApi('/requests');
const pageRows = 50;

export function RequestsPage() {
  const search = route.useSearch({ select: readRequestSearch });
  const navigate = route.useNavigate();
  const lookEvery = useLookEvery();
  const asked = useQuery({
    queryKey: ['requests', 'list', search],
    queryFn: async ({ signal }) => ({
      ...(await call<RequestList>(`/api/requests${query({ ...search, limit: pageRows })}`, { signal })),
      address: JSON.stringify(search),
    }),
    placeholderData: keepPreviousData,
    refetchInterval: lookEvery,
  });
  const { cursor: _, ...filter } = search;
  const filtered = Object.keys(filter).length > 0;
  return (
    <>
      <PageHead
        title="Requests"
        actions={
          <a
            className="btn btn-sm btn-outline border-base-300 font-medium"
            href={`/api/results${query(filter)}`}
          >
            <Download size={14} aria-hidden="true" />
            Export outcomes as JSONL
          </a>
        }
      />
      <SearchBar />
      <FilterChips />
      <Arrivals />
      <div className="mt-4">
        <Loaded asked={asked} what="the requests" rows={12}>
          {({ data, next_cursor, address }) =>
            data.length === 0 && next_cursor === null ? (
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
              <RequestTable data={data} nextCursor={next_cursor} address={address} filtered={filtered} />
            )
          }
        </Loaded>
      </div>
    </>
  );
}

interface RequestTableProps {
  readonly data: Request[];
  readonly nextCursor: string | null;
  readonly filtered: boolean;
  /** What the rows are a list of. */
  readonly address: string;
}

function RequestTable({ data, nextCursor, filtered, address }: RequestTableProps) {
  const search = route.useSearch({ select: readRequestSearch });
  const navigate = route.useNavigate();
  const { rows, waiting, show } = useSteady(data, ({ id }) => id, address);
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
        <NewPill waiting={waiting} what="request" more={waiting >= pageRows} onShow={show} />
      )}
      <Table
        caption="Requests, newest first"
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
