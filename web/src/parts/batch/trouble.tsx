/** Why it waits, what went wrong, and which errors its requests ended with. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleAlert, Hourglass } from 'lucide-react';
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import type { BatchDetail, ErrorCountView } from '../../api/types.ts';
import { compact, count } from '../../lib/numbers.ts';
import { prettyJson } from '../../lib/pretty-json.ts';
import { duration } from '../../lib/time.ts';
import { type Tone, toneColor } from '../../lib/tones.ts';
import { Bullet } from '../../ui/bullet.tsx';
import { When } from '../../ui/when.tsx';

/** What holds a batch, and what lets it go on. */
const conditionWords = {
  vanished:
    'OpenAI does not know this batch any more. It is sent again by itself once its window and an hour are over, or by Resubmit; what it cost there would be paid twice.',
  foreign_credentials:
    'Its files belong to another key, project or address than those in use now. Bring the former credentials back to go on with it.',
} as const satisfies Record<NonNullable<BatchDetail['condition']>, string>;

function Note({ tone, title, children }: { tone: Tone; title: ReactNode; children: ReactNode }) {
  const Icon = tone === 'waiting' ? Hourglass : CircleAlert;
  return (
    <section
      className="rounded-md border-l-4 px-4 py-2.5 bg-base-200 min-w-0"
      style={{ borderLeftColor: toneColor(tone) }}
    >
      <h2 className="flex items-center gap-2">
        <Icon size={15} aria-hidden="true" style={{ color: toneColor(tone) }} />
        {title}
      </h2>
      <div className="mt-1 break-words">{children}</div>
    </section>
  );
}

/** What is taken, what there is, what this one needs, and what frees the next room. */
function RoomNeeded({ waiting }: { readonly waiting: NonNullable<BatchDetail['waiting']> }) {
  const { reserved, cap, usable, estimate, family, frees_next: frees, next_try_at: next } = waiting;
  return (
    <div className="mt-2 max-w-2xl">
      <Bullet
        used={reserved}
        waiting={estimate}
        limit={usable}
        label={`${count(reserved)} of ${count(usable)} tokens of ${family} are enqueued; this batch needs ${count(estimate)}`}
      />
      <p className="hint mt-1.5">
        {count(reserved)} tokens of {family} are enqueued at OpenAI, of {count(cap)} allowed (
        {waiting.cap_source}
        {usable === cap ? '' : `; ${count(usable)} are used after rejections`}). This batch needs about{' '}
        {count(estimate)}.{' '}
        {frees !== null && (
          <>
            The end of{' '}
            <Link className="link" to="/batches/$id" params={{ id: String(frees) }}>
              batch {frees}
            </Link>{' '}
            frees the next room.{' '}
          </>
        )}
        {next !== null && (
          <>
            Next try <When at={next} />; it goes on by itself.
          </>
        )}
      </p>
    </div>
  );
}

export function Trouble({ batch }: { readonly batch: BatchDetail }) {
  const waits = batch.state === 'waiting_for_capacity';
  return (
    <div className="grid gap-2 empty:hidden">
      {waits && (
        <Note tone="waiting" title="Why is it waiting?">
          <p>
            {batch.waiting?.reason ?? batch.waiting_reason ?? 'OpenAI had no room when it was last asked.'}
          </p>
          {batch.waiting ? (
            <RoomNeeded waiting={batch.waiting} />
          ) : (
            <p className="hint mt-1">
              It asks for about {compact(batch.estimated_input_tokens)} tokens. Next try{' '}
              <When at={batch.next_try_at} none="when another batch of this model ends" />; it goes on by
              itself.
            </p>
          )}
        </Note>
      )}
      {batch.last_error !== null &&
        batch.tries > 0 &&
        !(waits && batch.last_error === batch.waiting_reason) && (
          <Note tone="watch" title={`${batch.tries} ${batch.tries === 1 ? 'try' : 'tries'} failed`}>
            <p>{batch.last_error}</p>
            <p className="hint mt-1">
              Next try <When at={batch.next_try_at} none="not planned" />.
            </p>
          </Note>
        )}
      {batch.condition !== null && (
        <Note tone="watch" title={`Held: ${batch.condition.replaceAll('_', ' ')}`}>
          <p>{conditionWords[batch.condition]}</p>
          <p className="hint mt-1">
            Since <When at={batch.condition_since} />.
          </p>
        </Note>
      )}
      {batch.unusually_long && batch.state_p95_ms !== null && (
        <Note tone="watch" title="Unusually long">
          <p>
            It has stood in this state for <When at={batch.state_at} bare />; 95 % of the batches before it
            stayed no longer than {duration(batch.state_p95_ms)}.
          </p>
        </Note>
      )}
      {batch.openai_errors !== null && (
        <Note tone="bad" title="What OpenAI said">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by key */}
          <pre className="mono whitespace-pre-wrap max-h-48 overflow-auto" tabIndex={0}>
            {prettyJson(JSON.stringify(batch.openai_errors))}
          </pre>
        </Note>
      )}
    </div>
  );
}

export function ErrorCounts({ batch }: { readonly batch: BatchDetail }) {
  const failed = batch.failed_count + batch.expired_count + batch.cancelled_count;
  const { data } = useQuery({
    queryKey: ['batch', batch.id, 'errors', failed],
    queryFn: () => call<{ data: ErrorCountView[] }>(`/api/console/batches/${batch.id}/errors`),
    enabled: failed > 0,
  });
  if (failed === 0 || !data) return null;
  return (
    <div className="panel">
      <h2 className="mb-2">Distinct errors</h2>
      <ul className="grid gap-1.5">
        {data.data.map(({ code, message, requests }) => (
          <li key={code} className="grid grid-cols-[3.5rem_minmax(0,1fr)] gap-2">
            <span className="num font-medium">{count(requests)}</span>
            <span className="min-w-0">
              <Link
                className="link mono"
                to="/requests"
                search={{ batch: String(batch.id), outcome: 'failed' }}
              >
                {code}
              </Link>{' '}
              <span className="text-muted break-words">{message}</span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
