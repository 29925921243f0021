import { Link } from '@tanstack/react-router';
import { ArrowRight } from 'lucide-react';
import type { AttentionView } from '../../api/types.ts';
import { type Tone, toneColor } from '../../lib/tones.ts';
import { Empty } from '../../ui/empty.tsx';

const tones: Readonly<Record<string, Tone>> = {
  disk_low: 'bad',
  batch_failed: 'bad',
  funding_blocked: 'watch',
  waiting_too_long: 'watch',
};

/** What needs somebody, worst first, each with the page where one can act. */
export function Attention({ items }: { readonly items: readonly AttentionView[] }) {
  return (
    <section className="panel" aria-label="Needs attention">
      <h2>Needs attention</h2>
      {items.length === 0 ? (
        <div className="-mb-6 -mt-5">
          <Empty kind="nothing_wrong" title="Nothing needs you">
            No batch failed in 24 hours, none waits too long, the disk has room.
          </Empty>
        </div>
      ) : (
        <ul className="grid gap-1.5 mt-2 max-h-72 overflow-y-auto">
          {items.map(({ id, kind, message, to }) => (
            <li key={id}>
              <Link
                to={to}
                className="flex items-start gap-2.5 rounded-md px-2 py-1.5 hover:bg-base-200 border-l-2"
                style={{ borderLeftColor: toneColor(tones[kind] ?? 'watch') }}
              >
                <span className="min-w-0 break-words">{message.replace(/ See \/api\/\S+\.$/, '')}</span>
                <ArrowRight size={15} aria-hidden="true" className="ml-auto mt-0.5 shrink-0 text-muted" />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
