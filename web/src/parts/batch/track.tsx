/** The signature picture: the whole way in one row, with the time spent, what stands, and what is to come. */
import type { BatchDetail } from '../../api/types.ts';
import { duration } from '../../lib/time.ts';
import { batchTones, inWords, toneColor } from '../../lib/tones.ts';
import { type Box, readStays, readTrack } from '../../lib/track.ts';
import { useNow } from '../../lib/use-now.ts';
import { batchIcons } from '../state-icons.ts';

export function Track({ batch }: { readonly batch: BatchDetail }) {
  const now = useNow();
  const end = batch.ended_at === null ? now : Date.parse(batch.ended_at);
  const boxes = readTrack(readStays(batch.transitions), batch.state, end);
  const over = batch.ended_at !== null;
  const leftAt = boxes.findIndex(({ exit }) => exit !== null);
  return (
    <ol
      className="grid grid-cols-2 sm:grid-cols-5 lg:grid-cols-10 gap-1 pb-1"
      aria-label={`The way of batch ${batch.id}`}
    >
      {boxes.map((box, index) => (
        <TrackBox key={box.state} box={box} over={over} missed={leftAt >= 0 && index > leftAt} />
      ))}
    </ol>
  );
}

const words = { passed: 'passed', current: 'here now', future: 'to come', skipped: 'not needed' } as const;

interface TrackBoxProps {
  readonly box: Box;
  readonly over: boolean;
  /** The line was left before it came here. */
  readonly missed: boolean;
}

function TrackBox({ box, over, missed }: TrackBoxProps) {
  const { state, standing, ms, exit } = box;
  const word = missed && standing === 'skipped' ? 'not reached' : words[standing];
  const Icon = batchIcons[state];
  const current = standing === 'current';
  const tone = toneColor(standing === 'future' || standing === 'skipped' ? 'quiet' : batchTones[state]);
  const faint = standing === 'future' || standing === 'skipped';
  return (
    <li className="min-w-0" aria-current={current ? 'step' : undefined}>
      <div
        className={`rounded-md border px-2 py-1.5 h-[58px] ${faint ? 'border-dashed' : ''}`}
        style={{
          borderColor: faint ? 'var(--color-base-300)' : current ? tone : 'transparent',
          background: faint
            ? 'transparent'
            : `color-mix(in srgb, ${tone} ${current ? 14 : 7}%, var(--color-base-100))`,
          boxShadow: current && !over ? `0 0 0 1px ${tone}` : 'none',
        }}
      >
        <p className="flex items-center gap-1.5 text-[0.8rem] leading-tight" style={{ color: tone }}>
          <Icon size={13} aria-hidden="true" className={current && !over ? 'lit shrink-0' : 'shrink-0'} />
          <span className="truncate" title={inWords(state)}>
            {shortWord(state)}
          </span>
        </p>
        <p className={`mt-1 ${faint ? 'text-muted text-[0.8rem]' : 'font-medium'}`}>
          {faint ? word : state === 'done' ? 'done' : duration(ms)}
          <span className="sr-only"> {word}</span>
        </p>
      </div>
      {exit && <Exit state={exit} />}
    </li>
  );
}

function Exit({ state }: { readonly state: Box['state'] }) {
  const Icon = batchIcons[state];
  const tone = toneColor(batchTones[state]);
  return (
    <div className="pl-4">
      <span className="block w-px h-2" style={{ background: tone }} />
      <span
        className="inline-flex items-center gap-1.5 rounded-md border px-2 py-1 text-[0.85rem] font-medium"
        style={{ color: tone, borderColor: tone }}
        aria-current="step"
      >
        <Icon size={13} aria-hidden="true" />
        {inWords(state)}
      </span>
    </div>
  );
}

const shortWords: Partial<Record<Box['state'], string>> = {
  waiting_for_capacity: 'waiting',
  openai_processing: 'at OpenAI',
  openai_completed: 'completed',
  ready_to_deliver: 'ready',
};

export function shortWord(state: Box['state']): string {
  return shortWords[state] ?? inWords(state);
}
