/** Who is not receiving? */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { call, query } from '../api/client.ts';
import { useLookEvery } from '../api/live.ts';
import type { DestinationList } from '../api/types.ts';
import { destinationColumns } from '../parts/destination/columns.tsx';
import { standingOf } from '../parts/destination/health.tsx';
import { Redeliveries } from '../parts/destination/redeliveries.tsx';
import { FirstRequest } from '../parts/first-request.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Pager } from '../ui/pager.tsx';
import { Table } from '../ui/table.tsx';

const route = getRouteApi('/destinations');

export function DestinationsPage() {
  const { cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const lookEvery = useLookEvery();
  const asked = useQuery({
    queryKey: ['destinations', 'list', cursor],
    queryFn: ({ signal }) =>
      call<DestinationList>(`/api/destinations${query({ cursor, limit: 25 })}`, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: Math.min(lookEvery, 10_000),
  });
  return (
    <>
      <PageHead title="Destinations" />
      <Loaded asked={asked} what="the destinations">
        {({ data, next_cursor }) =>
          data.length === 0 && !cursor ? (
            <Empty
              kind="nothing_yet"
              title="No destinations yet: a request with a webhook or a queue makes one"
            >
              <FirstRequest />
            </Empty>
          ) : (
            <>
              <p className="mb-3 text-muted" role="status">
                {summaryOf(data.map((destination) => standingOf(destination).word))}
              </p>
              <Table
                caption="Destinations, oldest first"
                columns={destinationColumns}
                rows={data}
                keyOf={({ id }) => String(id)}
                copyOf={({ address }) => address}
                onOpen={({ id }) => void navigate({ to: '/destinations/$id', params: { id: String(id) } })}
              />
              <Pager
                text={`${data.length} shown, oldest first`}
                onNext={next_cursor ? () => void navigate({ search: { cursor: next_cursor } }) : null}
                onFirst={cursor ? () => void navigate({ search: {} }) : null}
              />
            </>
          )
        }
      </Loaded>
      <Redeliveries />
    </>
  );
}

function summaryOf(words: readonly string[]): string {
  const kinds = [...new Set(words)].map((word) => `${words.filter((one) => one === word).length} ${word}`);
  return words.some((word) => word === 'breaker open' || word === 'failing')
    ? `Shown here: ${kinds.join(', ')}.`
    : `Nobody shown here is failing: ${kinds.join(', ')}.`;
}
