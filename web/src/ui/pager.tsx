import type { ReactNode } from 'react';
import { Button } from './button.tsx';

export interface PageSize {
  readonly rows: number;
  readonly choices: readonly number[];
  readonly choose: (rows: number) => void;
}

interface PagerProps {
  /** "1 to 50 of 1,288", as far as it is known. */
  readonly text: string;
  readonly onNext: (() => void) | null;
  readonly onFirst: (() => void) | null;
  /** How many rows one page has, where that may be chosen. */
  readonly size?: PageSize;
  /** What chooses the end that comes first, where that may be chosen. */
  readonly order?: ReactNode;
}

/** Pages by cursor: on, and back to the beginning; the browser's own back goes one page back. */
export function Pager({ text, onNext, onFirst, size, order }: PagerProps) {
  return (
    <div className="flex items-center gap-2 mt-3 hint">
      <span className="min-w-0" aria-live="polite">
        {text}
      </span>
      <span className="ml-auto flex flex-wrap justify-end items-center gap-2">
        {order}
        {size && (
          <select
            className="select select-sm w-26"
            aria-label="Rows on a page"
            value={size.rows}
            onChange={(event) => size.choose(Number(event.target.value))}
          >
            {size.choices.map((rows) => (
              <option key={rows} value={rows}>
                {rows} rows
              </option>
            ))}
          </select>
        )}
        {onFirst && <Button onClick={onFirst}>First page</Button>}
        {onNext && <Button onClick={onNext}>Next page</Button>}
      </span>
    </div>
  );
}
