import { Link } from '@tanstack/react-router';
import type { Request } from '../../api/types.ts';
import { compact, count } from '../../lib/numbers.ts';
import type { Column } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { OutcomeWord, RequestBadge } from '../state-badge.tsx';

export const requestColumns: readonly Column<Request>[] = [
  {
    key: 'custom_id',
    head: 'custom_id',
    cell: ({ id, custom_id }) => (
      <Link
        to="/requests/$id"
        params={{ id: String(id) }}
        className="link mono block max-w-32 sm:max-w-80 truncate"
        title={custom_id}
      >
        <bdi>{custom_id}</bdi>
      </Link>
    ),
  },
  { key: 'state', head: 'State', cell: (request) => <RequestBadge request={request} /> },
  {
    key: 'outcome',
    head: 'Outcome',
    wide: 'middle',
    cell: ({ outcome }) => <OutcomeWord outcome={outcome} />,
  },
  {
    key: 'model',
    head: 'Model',
    wide: true,
    cell: ({ model, url }) => (
      <span className="block max-w-44 truncate" title={`${model} ${url}`}>
        {model}
      </span>
    ),
  },
  {
    key: 'endpoint',
    head: 'Endpoint',
    wide: true,
    cell: ({ url }) => <span className="text-muted">{url.replace('/v1/', '')}</span>,
  },
  {
    key: 'batch',
    head: 'Batch',
    number: true,
    wide: 'middle',
    cell: ({ batch_id: id }) => (
      <Link className="link mono" to="/batches/$id" params={{ id: String(id) }}>
        {id}
      </Link>
    ),
  },
  {
    key: 'delivery',
    head: 'Delivery',
    wide: true,
    cell: ({ delivery_config: { type } }) => <span className="text-muted">{type}</span>,
  },
  {
    key: 'attempts',
    head: 'Attempts',
    number: true,
    wide: true,
    cell: ({ delivery_attempt_count: n }) => (n === 0 ? <span className="text-muted">–</span> : count(n)),
  },
  {
    key: 'tokens',
    head: 'Est. tokens',
    number: true,
    wide: true,
    cell: ({ estimated_input_tokens: n }) => compact(n),
  },
  {
    key: 'tag',
    head: 'Tag',
    wide: true,
    cell: ({ tag }) => (
      <span className="block max-w-32 truncate text-muted" title={tag ?? ''}>
        <bdi>{tag ?? ''}</bdi>
      </span>
    ),
  },
  {
    key: 'age',
    head: 'Age',
    number: true,
    wide: 'middle',
    cell: ({ created_at }) => <When at={created_at} bare />,
  },
];
