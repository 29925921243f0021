import { Button } from './button.tsx';

interface PagerProps {
  /** "1 to 50 of 1,288", as far as it is known. */
  readonly text: string;
  readonly onNext: (() => void) | null;
  readonly onFirst: (() => void) | null;
}

/** Pages by cursor: on, and back to the beginning; the browser's own back goes one page back. */
export function Pager({ text, onNext, onFirst }: PagerProps) {
  return (
    <div className="flex items-center gap-2 mt-3 hint">
      <span aria-live="polite">{text}</span>
      <span className="ml-auto flex gap-2">
        {onFirst && <Button onClick={onFirst}>First page</Button>}
        {onNext && <Button onClick={onNext}>Next page</Button>}
      </span>
    </div>
  );
}
