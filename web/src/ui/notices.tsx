/** Messages at the lower right: they go by themselves after ten seconds, or by click. */
import { X } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { type Tone, toneColor } from '../lib/tones.ts';

interface Notice {
  readonly id: number;
  readonly tone: Tone;
  readonly text: string;
}

const lifeMs = 10_000;
let notices: readonly Notice[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function set(next: readonly Notice[]): void {
  notices = next;
  for (const listener of listeners) listener();
}

export function notify(tone: Tone, text: string): void {
  lastId += 1;
  const id = lastId;
  set([...notices.slice(-3), { id, tone, text }]);
  setTimeout(() => dismiss(id), lifeMs);
}

function dismiss(id: number): void {
  set(notices.filter((notice) => notice.id !== id));
}

export function Notices() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => notices,
  );
  return (
    <div
      className="fixed bottom-4 right-4 z-50 flex flex-col gap-2 max-w-[min(26rem,90vw)]"
      aria-live="polite"
    >
      {shown.map(({ id, tone, text }) => (
        <div
          key={id}
          className="flex items-start gap-3 rounded-md border border-base-300 bg-base-100 shadow-lg px-3 py-2 border-l-4"
          style={{ borderLeftColor: toneColor(tone) }}
        >
          <span className="min-w-0 break-words">{text}</span>
          <button
            type="button"
            className="btn btn-ghost btn-xs btn-square ml-auto"
            onClick={() => dismiss(id)}
          >
            <X size={14} aria-hidden="true" />
            <span className="sr-only">Dismiss</span>
          </button>
        </div>
      ))}
    </div>
  );
}
