import { Link } from '@tanstack/react-router';
import type { Destination } from '../../api/types.ts';
import { count } from '../../lib/numbers.ts';
import { duration } from '../../lib/time.ts';
import type { Column } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { HealthBadge } from './health.tsx';
import { Spark } from './spark.tsx';

export const destinationColumns: readonly Column<Destination>[] = [
  {
    key: 'address',
    head: 'Destination',
    cell: ({ id, address }) => (
      <Link
        to="/destinations/$id"
        params={{ id: String(id) }}
        className="link mono block max-w-48 sm:max-w-80 truncate"
        title={address}
      >
        <bdi>{address}</bdi>
      </Link>
    ),
  },
  { key: 'type', head: 'Type', wide: true, cell: ({ type }) => <span className="text-muted">{type}</span> },
  { key: 'health', head: 'Health', cell: (destination) => <HealthBadge destination={destination} /> },
  { key: 'spark', head: 'Last attempts', wide: true, cell: ({ id }) => <Spark id={id} /> },
  {
    key: 'share',
    head: <span title="the newest attempts weigh most">Success, lately</span>,
    number: true,
    cell: ({ health: { success_share: part } }) =>
      part === null ? <span className="text-muted">–</span> : `${Math.floor(part * 100)} %`,
  },
  {
    key: 'latency',
    head: <span title="the newest attempts weigh most">Latency, lately</span>,
    number: true,
    wide: true,
    cell: ({ health: { latency_ms: ms } }) => (ms === null ? '–' : duration(ms)),
  },
  {
    key: 'failing',
    head: 'Failing for',
    number: true,
    cell: ({ health: { failing_since: since } }) => <When at={since} bare />,
  },
  {
    key: 'last',
    head: 'Last success',
    number: true,
    wide: true,
    cell: ({ health: { last_success_at: at } }) => <When at={at} none="never" />,
  },
  {
    key: 'attempts',
    head: 'Attempts',
    number: true,
    wide: true,
    cell: ({ health }) => count(health.success_count + health.failure_count),
  },
];
