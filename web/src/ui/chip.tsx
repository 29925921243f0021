import { X } from 'lucide-react';
import type { ReactNode } from 'react';

interface ChipProps {
  readonly children: ReactNode;
  readonly on?: boolean;
  readonly onClick: () => void;
  /** A filter that stands: the click takes it away. */
  readonly removes?: string;
}

export function Chip({ children, on = false, onClick, removes }: ChipProps) {
  return (
    <button
      type="button"
      onClick={onClick}
      aria-pressed={removes ? undefined : on}
      className={`inline-flex items-center gap-1.5 h-7 px-2.5 rounded-full border whitespace-nowrap cursor-pointer ${on ? 'border-primary text-primary font-medium' : 'border-base-300 text-base-content hover:bg-base-200'}`}
    >
      {children}
      {removes && (
        <>
          <X size={13} aria-hidden="true" />
          <span className="sr-only">{removes}</span>
        </>
      )}
    </button>
  );
}
