/** Is this one receiving, since when not, and what can be done? */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ApiError, call } from '../api/client.ts';
import { useLookEvery } from '../api/live.ts';
import type { DestinationAttempt, DestinationAttemptList, DestinationDetail } from '../api/types.ts';
import { useKeys } from '../lib/keyboard.ts';
import { useSteady } from '../lib/steady.ts';
import { duration } from '../lib/time.ts';
import { AttemptFigures } from '../parts/destination/attempt-figures.tsx';
import { HealthFacts, PolicyFacts } from '../parts/destination/destination-facts.tsx';
import { DestinationOrders } from '../parts/destination/destination-orders.tsx';
import { EditPolicy } from '../parts/destination/edit-policy.tsx';
import { HealthBadge } from '../parts/destination/health.tsx';
import { Redeliveries } from '../parts/destination/redeliveries.tsx';
import { BrokerFacts } from '../parts/shell/broker-light.tsx';
import { Badge } from '../ui/badge.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { NewPill } from '../ui/new-pill.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';

const route = getRouteApi('/destinations/$id');

export function DestinationPage() {
  const { id } = route.useParams();
  const navigate = route.useNavigate();
  const lookEvery = useLookEvery();
  const asked = useQuery({
    queryKey: ['destinations', 'one', id],
    queryFn: ({ signal }) =>
      call<DestinationDetail>(`/api/destinations/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: Math.min(lookEvery, 10_000),
  });
  useKeys({ Escape: () => void navigate({ to: '/destinations' }) });
  if (asked.error instanceof ApiError && (asked.error.status === 404 || asked.error.status === 422)) {
    return (
      <>
        <PageHead title="Destination" />
        <Empty kind="no_match" title={`There is no destination ${id}`}>
          <Link className="link" to="/destinations">
            All destinations
          </Link>
        </Empty>
      </>
    );
  }
  return (
    <Loaded asked={asked} what={`destination ${id}`} rows={12}>
      {(destination) => <Shown destination={destination} />}
    </Loaded>
  );
}

function Shown({ destination }: { readonly destination: DestinationDetail }) {
  const lookEvery = useLookEvery();
  const asked = useQuery({
    queryKey: ['destinations', 'attempts', destination.id],
    queryFn: ({ signal }) =>
      call<DestinationAttemptList>(`/api/destinations/${destination.id}/attempts?limit=500`, { signal }),
    refetchInterval: lookEvery,
  });
  return (
    <>
      <PageHead title={destination.address} actions={<DestinationOrders destination={destination} />}>
        <HealthBadge destination={destination} />
      </PageHead>
      <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
        <HealthFacts destination={destination} />
        <PolicyFacts destination={destination} />
        <EditPolicy key={destination.version} destination={destination} />
        {destination.type === 'rabbitmq' && <BrokerFacts />}
      </div>
      <div className="mt-3 grid grid-cols-1 gap-3">
        <Loaded asked={asked} what="its attempts">
          {({ data }) => (
            <>
              <AttemptFigures attempts={data} />
              <h2 className="mt-3">Newest attempts</h2>
              {data.length === 0 ? (
                <Empty kind="nothing_yet" title="Nothing was sent there yet" />
              ) : (
                <NewestAttempts attempts={data.slice(0, 50)} of={destination.id} />
              )}
            </>
          )}
        </Loaded>
      </div>
      <Redeliveries />
    </>
  );
}

const idOf = ({ id }: DestinationAttempt) => id;

function NewestAttempts({ attempts, of }: { readonly attempts: DestinationAttempt[]; readonly of: number }) {
  const { rows, waiting, show } = useSteady(attempts, idOf, String(of));
  return (
    <div>
      <NewPill waiting={waiting} what="attempt" more={waiting >= attempts.length} onShow={show} />
      <Table
        caption="Newest attempts"
        columns={columns}
        rows={rows}
        keyOf={(attempt) => String(attempt.id)}
      />
    </div>
  );
}

const columns: readonly Column<DestinationAttempt>[] = [
  { key: 'at', head: 'When', cell: ({ attempted_at }) => <When at={attempted_at} /> },
  {
    key: 'outcome',
    head: 'Outcome',
    cell: ({ outcome, status_code }) => (
      <Badge
        tone={outcome === 'success' ? 'good' : 'bad'}
        word={`${status_code ?? ''} ${outcome.replaceAll('_', ' ')}`.trim()}
      />
    ),
  },
  {
    key: 'request',
    head: 'Request',
    cell: ({ request_id, custom_id }) => (
      <Link
        className="link mono block max-w-64 truncate"
        to="/requests/$id"
        params={{ id: String(request_id) }}
        title={custom_id ?? ''}
      >
        <bdi>{custom_id ?? request_id}</bdi>
      </Link>
    ),
  },
  { key: 'attempt', head: 'Attempt', number: true, cell: ({ attempt }) => attempt },
  { key: 'took', head: 'Took', number: true, cell: ({ duration_ms }) => duration(duration_ms) },
  {
    key: 'error',
    head: 'What went wrong',
    wide: true,
    cell: ({ error_msg }) => <span className="whitespace-normal break-words">{error_msg ?? ''}</span>,
  },
];
