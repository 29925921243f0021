import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call, query } from '../../api/client.ts';
import type { CostListView, CostView } from '../../api/types.ts';
import { compact, count, moneyInColumn } from '../../lib/numbers.ts';
import { Chip } from '../../ui/chip.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { MoneyFigure } from '../money-figure.tsx';

const words = { day: 'By day', model: 'By model', tag: 'By tag' } as const;

function nameOf(row: CostView, by: CostListView['by']): string {
  if (by === 'day') return row.day?.slice(0, 10) ?? '';
  return by === 'model' ? (row.model ?? '') : row.tag === '' ? '(no tag)' : (row.tag ?? '');
}

/** A sum in which something has no price says so. */
function priced(row: CostView, value: number): string {
  if (row.unpriced === row.answered) return 'no price';
  return `${row.unpriced > 0 ? '≥ ' : ''}${moneyInColumn(value)}`;
}

const figures: readonly Column<CostView>[] = [
  { key: 'answered', head: 'Answers', number: true, wide: 'middle', cell: ({ answered }) => count(answered) },
  {
    key: 'input',
    head: 'Tokens in',
    number: true,
    wide: 'middle',
    cell: ({ input_tokens: n }) => compact(n),
  },
  { key: 'cached', head: 'Cached', number: true, wide: true, cell: ({ cached_tokens: n }) => compact(n) },
  {
    key: 'output',
    head: 'Tokens out',
    number: true,
    wide: 'middle',
    cell: ({ output_tokens: n }) => compact(n),
  },
  {
    key: 'list',
    head: 'List price',
    number: true,
    wide: true,
    cell: (row) => priced(row, row.list_nano_usd),
  },
  { key: 'paid', head: 'Paid', number: true, cell: (row) => priced(row, row.paid_nano_usd) },
  {
    key: 'saved',
    head: 'Saved',
    number: true,
    cell: (row) => priced(row, row.list_nano_usd - row.paid_nano_usd),
  },
];

export function Costs() {
  const [by, setBy] = useState<CostListView['by']>('day');
  const asked = useQuery({
    queryKey: ['costs', by],
    queryFn: ({ signal }) => call<CostListView>(`/api/console/costs${query({ by, days: 90 })}`, { signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <div className="flex gap-1.5 mb-4" role="group" aria-label="Grouped">
        {(Object.keys(words) as CostListView['by'][]).map((one) => (
          <Chip key={one} on={one === by} onClick={() => setBy(one)}>
            {words[one]}
          </Chip>
        ))}
      </div>
      <Loaded asked={asked} what="the costs">
        {(list) =>
          list.data.length === 0 ? (
            <Empty kind="nothing_yet" title="Nothing has been answered in 90 days" />
          ) : (
            <div className="grid gap-4">
              <MoneyFigure
                title={list.data.length < list.limit ? 'Money, 90 days' : `Money, the ${list.limit} dearest`}
                {...sums(list.data)}
              />
              <Table
                caption={`Costs ${words[list.by].toLowerCase()}`}
                columns={[
                  {
                    key: 'name',
                    head: { day: 'Day (UTC)', model: 'Model', tag: 'Tag' }[list.by],
                    cell: (row) => (
                      <span className="block max-w-64 truncate" title={nameOf(row, list.by)}>
                        <bdi>{nameOf(row, list.by)}</bdi>
                      </span>
                    ),
                  },
                  ...figures,
                ]}
                rows={list.by === 'day' ? list.data.toReversed() : list.data}
                keyOf={(row) => `${nameOf(row, list.by)} ${row.endpoint ?? ''}`}
              />
            </div>
          )
        }
      </Loaded>
    </>
  );
}

function sums(rows: readonly CostView[]) {
  const sum = (pick: (row: CostView) => number) => rows.reduce((total, row) => total + pick(row), 0);
  return {
    list: sum((row) => row.list_nano_usd),
    paid: sum((row) => row.paid_nano_usd),
    unpriced: sum((row) => row.unpriced),
  };
}
