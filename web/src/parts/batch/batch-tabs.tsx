import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call, query } from '../../api/client.ts';
import { useLookEvery } from '../../api/live.ts';
import type { BatchDetail, RequestList } from '../../api/types.ts';
import { useSteadyList } from '../../api/use-steady-list.ts';
import { count, plural } from '../../lib/numbers.ts';
import { prettyJson } from '../../lib/pretty-json.ts';
import { inWords } from '../../lib/tones.ts';
import { CopyText } from '../../ui/copy-text.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { NewPill } from '../../ui/new-pill.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { requestColumns } from '../request/columns.tsx';
import { ForeignId } from './batch-facts.tsx';

const newestRows = 20;

export function BatchRequests({ batch }: { readonly batch: BatchDetail }) {
  const lookEvery = useLookEvery();
  const search = { batch: String(batch.id) };
  const asked = useQuery({
    queryKey: ['requests', 'of batch', batch.id],
    queryFn: async ({ signal }) => ({
      ...(await call<RequestList>(`/api/requests${query({ ...search, limit: newestRows })}`, { signal })),
      address: search.batch,
    }),
    refetchInterval: lookEvery,
  });
  return (
    <Loaded asked={asked} what="its requests">
      {(newest) =>
        newest.data.length === 0 ? (
          <Empty kind="no_match" title="No requests are left in this batch">
            They have moved to a successor, or were removed.
          </Empty>
        ) : (
          <>
            <NewestRequests newest={newest} />
            <p className="mt-3">
              <Link className="link" to="/requests" search={search}>
                All {plural(batch.request_count, 'request')}
              </Link>
              {batch.delivery_failed_count > 0 && (
                <>
                  {' · '}
                  <Link className="link" to="/requests" search={{ ...search, state: 'delivery_failed' }}>
                    {count(batch.delivery_failed_count)} not delivered
                  </Link>
                </>
              )}
            </p>
          </>
        )
      }
    </Loaded>
  );
}

/** Columns that say the same of every request of a batch. */
const sameInAll = new Set(['batch', 'model', 'endpoint']);

function NewestRequests({ newest }: { readonly newest: RequestList & { readonly address: string } }) {
  const { data, waiting, show } = useSteadyList({
    kind: 'requests',
    path: '/api/requests',
    search: { batch: newest.address },
    limit: newestRows,
    newest,
  });
  return (
    <>
      <NewPill waiting={waiting} what="request" more={waiting >= newestRows} onShow={show} />
      <Table
        caption={`Newest requests of batch ${newest.address}`}
        columns={requestColumns.filter(({ key }) => !sameInAll.has(key))}
        rows={data}
        keyOf={({ id }) => String(id)}
      />
    </>
  );
}

const transitionColumns: readonly Column<BatchDetail['transitions'][number]>[] = [
  { key: 'at', head: 'When', cell: (t) => <When at={t.transitioned_at} /> },
  { key: 'move', head: 'Move', cell: (t) => t.move.replaceAll('_', ' ') },
  { key: 'from', head: 'From', wide: 'middle', cell: (t) => (t.from === null ? '–' : inWords(t.from)) },
  { key: 'to', head: 'To', cell: (t) => inWords(t.to) },
  { key: 'actor', head: 'Who', cell: (t) => t.actor },
  {
    key: 'reason',
    head: 'Why',
    cell: (t) => <span className="block min-w-64 whitespace-normal break-words">{t.reason ?? ''}</span>,
  },
];

export function BatchTransitions({ batch }: { readonly batch: BatchDetail }) {
  return (
    <Table
      caption={`Transitions of batch ${batch.id}`}
      columns={transitionColumns}
      rows={batch.transitions.toReversed()}
      keyOf={(t) => `${t.transitioned_at} ${t.move} ${t.to}`}
    />
  );
}

export function BatchFiles({ batch }: { readonly batch: BatchDetail }) {
  const files = [
    {
      type: 'input',
      id: batch.openai_input_file_id,
      lines: batch.openai_input_file_id === null ? null : batch.sent_count,
      there: batch.request_count > 0,
    },
    {
      type: 'output',
      id: batch.openai_output_file_id,
      lines: batch.output_lines,
      there: batch.succeeded_count > 0,
    },
    {
      type: 'error',
      id: batch.openai_error_file_id,
      lines: batch.error_lines,
      there: batch.failed_count + batch.expired_count + batch.cancelled_count > 0,
    },
  ] as const;
  const columns: readonly Column<(typeof files)[number]>[] = [
    { key: 'type', head: 'File', cell: ({ type }) => type },
    {
      key: 'lines',
      head: 'Lines at OpenAI',
      number: true,
      cell: ({ lines }) => (lines === null ? '–' : count(lines)),
    },
    { key: 'id', head: 'OpenAI id', cell: ({ id }) => <ForeignId id={id} what="file id" /> },
    {
      key: 'get',
      head: 'Our copy',
      cell: ({ type, there }) =>
        there ? (
          <a className="link" href={`/api/batches/${batch.id}/files/${type}`} download>
            Download {type}
          </a>
        ) : (
          <span className="text-muted">nothing yet</span>
        ),
    },
  ];
  return (
    <Table caption={`Files of batch ${batch.id}`} columns={columns} rows={files} keyOf={({ type }) => type} />
  );
}

export function BatchRaw({ batch }: { readonly batch: BatchDetail }) {
  return <CopyText text={prettyJson(JSON.stringify(batch))} what="JSON" />;
}
