import { CircleCheck, CloudAlert, Inbox, SearchX } from 'lucide-react';
import type { ReactNode } from 'react';

const kinds = {
  nothing_yet: { icon: Inbox, tone: 'var(--muted)' },
  no_match: { icon: SearchX, tone: 'var(--muted)' },
  nothing_wrong: { icon: CircleCheck, tone: 'var(--tone-good)' },
  not_loaded: { icon: CloudAlert, tone: 'var(--tone-bad)' },
} as const;

interface EmptyProps {
  readonly kind: keyof typeof kinds;
  readonly title: string;
  readonly children?: ReactNode;
}

/** Where rows would be and are not: says which of the four reasons it is, and what to do. */
export function Empty({ kind, title, children }: EmptyProps) {
  const { icon: Icon, tone } = kinds[kind];
  return (
    <div
      className="flex flex-col items-start gap-2 py-8 px-2"
      role={kind === 'not_loaded' ? 'alert' : 'status'}
      data-empty={kind}
    >
      <p className="flex items-center gap-2 font-medium">
        <Icon size={18} aria-hidden="true" style={{ color: tone }} />
        {title}
      </p>
      <div className="text-muted max-w-full min-w-0">{children}</div>
    </div>
  );
}
