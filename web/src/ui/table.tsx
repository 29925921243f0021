/** A table of records: caption, keyboard rows, optional selection. Rows open by click, Enter or their first link. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useKeys } from '../lib/keyboard.ts';

export interface Column<R> {
  readonly key: string;
  readonly head: ReactNode;
  /** Numbers stand right, with their unit in the head. */
  readonly number?: boolean;
  /** Left out on narrow screens; `middle`: on the narrowest alone. */
  readonly wide?: boolean | 'middle';
  /** Class of its width, in a table whose columns stand still. */
  readonly width?: string;
  readonly cell: (row: R) => ReactNode;
}

export interface Selection {
  readonly keys: ReadonlySet<string>;
  readonly toggle: (key: string) => void;
}

interface TableProps<R> {
  readonly caption: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly keyOf: (row: R) => string;
  /** Columns are as wide as they say, whatever stands in them: for tables that stand above each other. */
  readonly still?: boolean;
  readonly onOpen?: (row: R) => void;
  readonly selection?: Selection;
  /** `.` on the current row. */
  readonly onActions?: (row: R) => void;
  /** What `c` copies of the current row. */
  readonly copyOf?: (row: R) => string;
}

export function Table<R>(props: TableProps<R>) {
  const { caption, columns, rows, keyOf, selection } = props;
  const { current, setCurrent, body } = useCurrentRow(props);
  return (
    <div className="relative overflow-x-auto">
      <table className={props.still ? 'rows table-fixed' : 'rows'}>
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {selection && (
              <th scope="col" className="w-6">
                <span className="sr-only">Selected</span>
              </th>
            )}
            {columns.map((column) => (
              <th key={column.key} scope="col" className={cellClass(column)}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row, index) => (
            <tr
              key={keyOf(row)}
              data-key={keyOf(row)}
              data-current={index === current || undefined}
              className={props.onOpen ? 'cursor-pointer' : ''}
              onClick={(event) => {
                setCurrent(index);
                const inner = (event.target as HTMLElement).closest('a,button,input,label,summary');
                if (!inner && window.getSelection()?.type !== 'Range') props.onOpen?.(row);
              }}
            >
              {selection && (
                <td className="w-6">
                  <label className="inline-flex items-center justify-center size-6">
                    <span className="sr-only">Select {keyOf(row)}</span>
                    <input
                      type="checkbox"
                      className="checkbox checkbox-xs"
                      checked={selection.keys.has(keyOf(row))}
                      onChange={() => selection.toggle(keyOf(row))}
                    />
                  </label>
                </td>
              )}
              {columns.map((column) => (
                <td key={column.key} className={cellClass(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cellClass<R>({ number, wide, width = '' }: Column<R>): string {
  return `${width} ${number ? 'num' : ''} ${wide === 'middle' ? 'max-sm:hidden' : wide ? 'max-lg:hidden' : ''}`;
}

/** `j k` walk, Enter opens, `x` selects, `.` acts, `c` copies. */
function useCurrentRow<R>(props: TableProps<R>) {
  const { rows, keyOf } = props;
  const [current, setCurrent] = useState(-1);
  const body = useRef<HTMLTableSectionElement>(null);
  const row = rows[current];
  const move = (by: number) => setCurrent((at) => Math.max(0, Math.min(rows.length - 1, at + by)));
  const known = row !== undefined;
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    Enter: known && props.onOpen ? () => props.onOpen?.(row) : undefined,
    x: known && props.selection ? () => props.selection?.toggle(keyOf(row)) : undefined,
    '.': known && props.onActions ? () => props.onActions?.(row) : undefined,
    c:
      known && props.copyOf
        ? () => void navigator.clipboard?.writeText(props.copyOf?.(row) ?? '')
        : undefined,
  });
  useEffect(() => {
    if (current >= 0) body.current?.children[current]?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return { current, setCurrent, body };
}
