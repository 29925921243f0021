/** Where the time went: each stay as a bar on one time axis. */
import type { BatchDetail } from '../../api/types.ts';
import { duration } from '../../lib/time.ts';
import { batchTones, inWords, toneColor } from '../../lib/tones.ts';
import { readStays } from '../../lib/track.ts';
import { useNow } from '../../lib/use-now.ts';
import { Figure } from '../../ui/figure.tsx';
import { shortWord } from './track.tsx';

export function Gantt({ batch }: { readonly batch: BatchDetail }) {
  const now = useNow(5_000);
  const all = readStays(batch.transitions);
  const end = batch.ended_at === null ? now : Date.parse(batch.ended_at);
  const stays = all.filter(({ state, from, to }) => state !== 'done' && (to ?? end) >= from);
  const start = all[0]?.from ?? end;
  const whole = Math.max(1, end - start);
  const longest = stays.toSorted((a, b) => lengthOf(b, end) - lengthOf(a, end))[0];
  const summary = longest
    ? `${duration(whole)} in all, ${batch.ended_at ? 'of which' : 'so far; of which'} ${duration(lengthOf(longest, end))} ${inWords(longest.state)}.`
    : 'Nothing has happened yet.';
  return (
    <Figure
      title="Where the time went"
      summary={summary}
      facts={{
        head: ['State', 'Began after', 'Lasted'],
        rows: stays.map((stay, index) => [
          `${index + 1}. ${inWords(stay.state)}`,
          duration(stay.from - start),
          duration(lengthOf(stay, end)),
        ]),
      }}
    >
      <div className="grid gap-[3px] max-h-80 overflow-y-auto">
        {stays.slice(-40).map((stay) => {
          const left = ((stay.from - start) / whole) * 100;
          const width = (lengthOf(stay, end) / whole) * 100;
          return (
            <div
              key={`${stay.state} ${stay.from}`}
              className="grid grid-cols-[6rem_1fr_4.2rem] gap-2 items-center text-[0.86rem]"
            >
              <span className="truncate text-muted">{shortWord(stay.state)}</span>
              <span className="relative h-3.5 rounded-sm bg-base-200">
                <span
                  className={`absolute inset-y-0 rounded-sm ${stay.to === null && !batch.ended_at ? 'lit' : ''}`}
                  style={{
                    left: `min(${left}%, calc(100% - 3px))`,
                    width: `max(3px, ${width}%)`,
                    background: toneColor(batchTones[stay.state]),
                  }}
                />
              </span>
              <span className="num">{duration(lengthOf(stay, end))}</span>
            </div>
          );
        })}
      </div>
    </Figure>
  );
}

function lengthOf({ from, to }: { from: number; to: number | null }, end: number): number {
  return Math.max(0, (to ?? end) - from);
}
