/** Every kind of record as it is stored, to look at only. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { call, query } from '../../api/client.ts';
import type { RecordListView } from '../../api/types.ts';
import { absolute } from '../../lib/time.ts';
import { Chip } from '../../ui/chip.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Pager } from '../../ui/pager.tsx';
import { type Column, Table } from '../../ui/table.tsx';

type Row = RecordListView['data'][number];

function Cell({ name, value }: { readonly name: string; readonly value: string | number | null }) {
  if (value === null) return <span className="text-muted">null</span>;
  const isTime = typeof value === 'number' && /(_at|_until|^at)$/.test(name);
  return (
    <span className="mono block max-w-56 truncate" title={isTime ? absolute(value) : String(value)}>
      <bdi>{isTime ? new Date(value).toISOString().slice(0, 19) : String(value)}</bdi>
    </span>
  );
}

function columnsOf(rows: readonly Row[]): Column<Row>[] {
  return Object.keys(rows[0] ?? {}).map((name) => ({
    key: name,
    head: name,
    cell: (row) => <Cell name={name} value={row[name] ?? null} />,
  }));
}

export function Records() {
  const { kind = 'batches', cursor } = useSearch({ from: '/settings/$section' });
  const navigate = useNavigate({ from: '/settings/$section' });
  const asked = useQuery({
    queryKey: ['records', kind, cursor],
    queryFn: ({ signal }) =>
      call<RecordListView>(
        `/api/console/records/${encodeURIComponent(kind)}${query({ cursor, limit: 50 })}`,
        { signal },
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded asked={asked} what="the records" rows={12}>
      {({ kinds, data, next_cursor: next }) => (
        <>
          <div className="flex flex-wrap gap-1.5 mb-3" role="group" aria-label="Kinds of records">
            {kinds.map((one) => (
              <Chip key={one} on={one === kind} onClick={() => void navigate({ search: { kind: one } })}>
                {one.replaceAll('_', ' ')}
              </Chip>
            ))}
          </div>
          {data.length === 0 ? (
            <Empty kind="nothing_yet" title={`There are no ${kind.replaceAll('_', ' ')}`} />
          ) : (
            <Table
              caption={`Records: ${kind}, newest first`}
              columns={columnsOf(data)}
              rows={data}
              keyOf={(row) => String(Object.values(row)[0])}
            />
          )}
          <Pager
            text={`${data.length} shown, newest first; secrets, bodies and results are left out`}
            onNext={next ? () => void navigate({ search: { kind, cursor: next } }) : null}
            onFirst={cursor ? () => void navigate({ search: { kind } }) : null}
          />
        </>
      )}
    </Loaded>
  );
}
