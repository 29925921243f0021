/** The line at a glance: one box for each standing state, with count, oldest age, and what came and left. */
import { Link } from '@tanstack/react-router';
import type { BatchState } from '../../../../core/batch.ts';
import type { StageView } from '../../api/types.ts';
import { compact, count, plural } from '../../lib/numbers.ts';
import { batchTones, inWords, toneColor } from '../../lib/tones.ts';
import { sideExits, wayOn } from '../../lib/track.ts';
import { Figure } from '../../ui/figure.tsx';
import { When } from '../../ui/when.tsx';
import { shortWord } from '../batch/track.tsx';
import { batchIcons } from '../state-icons.ts';

export function PipelineStrip({ stages }: { readonly stages: readonly StageView[] }) {
  const of = (state: BatchState) => stages.find((stage) => stage.state === state);
  const underWay = stages.filter(
    ({ state }) => state !== 'done' && !(sideExits as readonly string[]).includes(state),
  );
  const batches = underWay.reduce((sum, stage) => sum + stage.batches, 0);
  const requests = underWay.reduce((sum, stage) => sum + stage.requests, 0);
  return (
    <Figure
      title="The line"
      summary={`${plural(batches, 'batch', 'batches')} with ${plural(requests, 'request')} under way.`}
      facts={{
        head: ['State', 'Batches', 'Requests', 'In, last hour', 'Out, last hour'],
        rows: stages.map((stage) => [
          inWords(stage.state),
          count(stage.batches),
          count(stage.requests),
          count(stage.in_last_hour),
          count(stage.out_last_hour),
        ]),
      }}
    >
      <ol className="grid gap-1 grid-cols-2 sm:grid-cols-5 xl:grid-cols-10">
        {wayOn.map((state) => (
          <StageBox key={state} state={state} stage={of(state)} />
        ))}
      </ol>
      <ol className="flex flex-wrap gap-x-4 gap-y-1 mt-2 hint">
        {sideExits.map((state) => (
          <li key={state}>
            <Link
              to="/batches"
              search={{ state }}
              className="hover:underline inline-flex items-center min-h-6"
            >
              left the line as {inWords(state)}: {count(of(state)?.batches ?? 0)}
            </Link>
          </li>
        ))}
      </ol>
    </Figure>
  );
}

/** As much of it as a box has room for. */
function inShort(requests: number): string {
  return requests < 10_000 ? plural(requests, 'request') : compact(requests);
}

function StageBox({ state, stage }: { readonly state: BatchState; readonly stage: StageView | undefined }) {
  const Icon = batchIcons[state];
  const some = (stage?.batches ?? 0) > 0;
  const tone = toneColor(some ? batchTones[state] : 'quiet');
  return (
    <li>
      <Link
        to="/batches"
        search={{ state }}
        className={`block rounded-md border px-2.5 py-2 h-full hover:border-primary ${some ? '' : 'border-dashed'}`}
        style={{
          borderColor: some
            ? `color-mix(in srgb, ${tone} 45%, var(--color-base-300))`
            : 'var(--color-base-300)',
          background: some ? `color-mix(in srgb, ${tone} 7%, var(--color-base-100))` : 'transparent',
        }}
      >
        <span className="flex items-center gap-1.5 text-[0.82rem]" style={{ color: tone }}>
          <Icon size={13} aria-hidden="true" />
          <span className="truncate">{shortWord(state)}</span>
        </span>
        <span className="flex items-baseline gap-1.5 mt-0.5">
          <span className={`text-[1.25rem] font-semibold ${some ? '' : 'text-muted'}`}>
            {compact(stage?.batches ?? 0)}
          </span>
          <span className="hint truncate" title="requests">
            {some ? inShort(stage?.requests ?? 0) : ''}
          </span>
        </span>
        <span className="hint flex justify-between gap-1 whitespace-nowrap overflow-hidden">
          <span>{some && state !== 'done' ? <When at={stage?.oldest_at ?? null} bare /> : ' '}</span>
          <span title="batches in and out in the last hour">
            +{compact(stage?.in_last_hour ?? 0)} −{compact(stage?.out_last_hour ?? 0)}
          </span>
        </span>
      </Link>
    </li>
  );
}
