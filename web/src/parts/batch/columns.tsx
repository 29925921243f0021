import { Link } from '@tanstack/react-router';
import type { Batch } from '../../api/types.ts';
import { bytes, compact, count, moneyInColumn } from '../../lib/numbers.ts';
import { duration } from '../../lib/time.ts';
import type { Column } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { BatchBadge } from '../state-badge.tsx';
import { ResultBar } from './result-bar.tsx';
import { Ticks } from './ticks.tsx';

export const batchColumns: readonly Column<Batch>[] = [
  {
    key: 'id',
    head: 'Batch',
    cell: ({ id }) => (
      <Link to="/batches/$id" params={{ id: String(id) }} className="link mono">
        {id}
      </Link>
    ),
  },
  { key: 'way', head: 'Way', wide: true, cell: ({ state }) => <Ticks state={state} /> },
  { key: 'state', head: 'State', cell: (batch) => <BatchBadge batch={batch} /> },
  { key: 'since', head: 'For', number: true, cell: (batch) => <InState batch={batch} /> },
  {
    key: 'model',
    head: 'Model',
    cell: ({ model, endpoint }) => (
      <span className="block max-w-52 truncate" title={`${model} ${endpoint}`}>
        {model}
      </span>
    ),
  },
  {
    key: 'endpoint',
    head: 'Endpoint',
    wide: true,
    cell: ({ endpoint }) => <span className="text-muted">{endpoint.replace('/v1/', '')}</span>,
  },
  {
    key: 'results',
    head: 'Results',
    cell: (batch) => (
      <span className="block w-20 xl:w-24">
        <ResultBar batch={batch} />
      </span>
    ),
  },
  { key: 'requests', head: 'Requests', number: true, cell: (batch) => count(batch.request_count) },
  { key: 'size', head: 'Size', number: true, wide: true, cell: (batch) => bytes(batch.size_bytes) },
  {
    key: 'tokens',
    head: 'Tokens',
    number: true,
    wide: true,
    cell: (batch) => (
      <span
        title={batch.input_tokens > 0 ? 'input and output, as OpenAI reported them' : 'estimated, input only'}
      >
        {batch.input_tokens > 0
          ? compact(batch.input_tokens + batch.output_tokens)
          : `~${compact(batch.estimated_input_tokens)}`}
      </span>
    ),
  },
  { key: 'cost', head: 'Paid', number: true, cell: (batch) => <Paid batch={batch} /> },
  {
    key: 'saved',
    head: 'Saved',
    number: true,
    wide: true,
    cell: (batch) => (batch.list_nano_usd > 0 ? moneyInColumn(batch.saved_nano_usd) : '–'),
  },
  {
    key: 'created',
    head: 'Age',
    number: true,
    wide: true,
    cell: ({ created_at }) => <When at={created_at} bare />,
  },
];

/** How long it has stood there, against what is usual. */
function InState({ batch }: { readonly batch: Batch }) {
  const usual = batch.state_p95_ms === null ? '' : `95 % stay no longer than ${duration(batch.state_p95_ms)}`;
  return (
    <span className={batch.unusually_long ? 'text-watch font-medium' : ''} title={usual}>
      <When at={batch.state_at} bare />
      {batch.unusually_long && <span className="sr-only"> (unusually long)</span>}
    </span>
  );
}

/** Unknown is never zero. */
export function Paid({ batch }: { readonly batch: Batch }) {
  if (batch.unpriced_count > 0 && batch.list_nano_usd === 0) {
    return <span className="text-muted">no price</span>;
  }
  if (batch.input_tokens === 0) return <span className="text-muted">–</span>;
  return (
    <span
      title={batch.unpriced_count > 0 ? `${batch.unpriced_count} answers have no known price` : undefined}
    >
      {batch.unpriced_count > 0 && '≥ '}
      {moneyInColumn(batch.paid_nano_usd)}
    </span>
  );
}
