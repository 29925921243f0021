import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { call, query } from '../../api/client.ts';
import type { ActionListView, ActionView } from '../../api/types.ts';
import { duration } from '../../lib/time.ts';
import { Badge } from '../../ui/badge.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Pager } from '../../ui/pager.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';

const columns: readonly Column<ActionView>[] = [
  { key: 'at', head: 'When', cell: ({ started_at }) => <When at={started_at} /> },
  {
    key: 'actor',
    head: 'Who',
    wide: 'middle',
    cell: ({ actor }) => <bdi className="block max-w-24 sm:max-w-48 truncate">{actor}</bdi>,
  },
  {
    key: 'what',
    head: 'What',
    cell: ({ action, subject }) => (
      <span
        className="block max-sm:w-28 sm:max-w-72 max-sm:whitespace-normal max-sm:break-words sm:truncate"
        title={`${action} ${subject}`}
      >
        {action} <bdi>{subject}</bdi>
      </span>
    ),
  },
  {
    key: 'how',
    head: 'How it ended',
    cell: ({ status, ended_at }) =>
      ended_at === null ? (
        <Badge tone="moving" word="running" />
      ) : (
        <Badge
          tone={status !== null && status < 400 ? 'good' : 'watch'}
          word={status !== null && status < 400 ? 'taken' : `refused${status === null ? '' : ` (${status})`}`}
        />
      ),
  },
  {
    key: 'took',
    head: 'Took',
    number: true,
    wide: true,
    cell: ({ started_at, ended_at }) =>
      ended_at === null ? '–' : duration(Date.parse(ended_at) - Date.parse(started_at)),
  },
  {
    key: 'message',
    head: 'Why',
    wide: true,
    cell: ({ message }) => <span className="whitespace-normal break-words text-muted">{message ?? ''}</span>,
  },
];

interface ActionListProps {
  readonly cursor: string | undefined;
  readonly onCursor: (next: string | null) => void;
}

/** Everything that people ordered, with who and when. */
export function ActionList({ cursor, onCursor }: ActionListProps) {
  const asked = useQuery({
    queryKey: ['actions', cursor],
    queryFn: ({ signal }) =>
      call<ActionListView>(`/api/console/actions${query({ cursor, limit: 25 })}`, { signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <section className="mt-6">
      <h2 className="mb-1">Orders of operators</h2>
      <Loaded asked={asked} what="the orders">
        {({ data, next_cursor }) =>
          data.length === 0 ? (
            <Empty kind="nothing_yet" title="Nobody has ordered anything yet" />
          ) : (
            <>
              <Table
                caption="Orders, newest first"
                columns={columns}
                rows={data}
                keyOf={({ id }) => String(id)}
              />
              <Pager
                text={`${data.length} shown, newest first`}
                onNext={next_cursor ? () => onCursor(next_cursor) : null}
                onFirst={cursor ? () => onCursor(null) : null}
              />
            </>
          )
        }
      </Loaded>
    </section>
  );
}
