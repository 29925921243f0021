import { ArrowUp } from 'lucide-react';
import { useRef } from 'react';
import { plural } from '../lib/numbers.ts';

interface NewPillProps {
  readonly waiting: number;
  readonly what: string;
  readonly many?: string;
  readonly more?: boolean;
  readonly onShow: () => void;
}

/** New rows wait behind it, so that the list under the reader's eyes does not jump. */
export function NewPill({ waiting, what, many, more = false, onShow }: NewPillProps) {
  const top = useRef<HTMLDivElement>(null);
  return (
    <>
      <div ref={top} className="scroll-mt-10" />
      <div className="h-0 sticky top-3 z-10 flex justify-center" aria-live="polite">
        {waiting > 0 && (
          <button
            type="button"
            className="btn btn-primary btn-sm rounded-full absolute -top-1 shadow"
            onClick={() => {
              onShow();
              top.current?.scrollIntoView({ block: 'nearest' });
            }}
          >
            <ArrowUp size={14} aria-hidden="true" />
            {more
              ? `${waiting}+ new ${many ?? `${what}s`}`
              : `${plural(waiting, `new ${what}`, `new ${many ?? `${what}s`}`)}`}
          </button>
        )}
      </div>
    </>
  );
}
