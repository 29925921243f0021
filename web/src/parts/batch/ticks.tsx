/** The track as ticks, for a row of a list. */
import type { BatchState } from '../../../../core/batch.ts';
import { batchTones, inWords, toneColor } from '../../lib/tones.ts';
import { wayOn } from '../../lib/track.ts';

export function Ticks({ state }: { readonly state: BatchState }) {
  const at = (wayOn as readonly BatchState[]).indexOf(state);
  const color = toneColor(batchTones[state]);
  return (
    <span
      className="inline-flex gap-[3px] items-center"
      role="img"
      aria-label={
        at < 0 ? `left the line: ${inWords(state)}` : `${inWords(state)}, step ${at + 1} of ${wayOn.length}`
      }
    >
      {wayOn.map((step, index) => (
        <span
          key={step}
          className={`w-[5px] rounded-[1px] ${index === at && state !== 'done' ? 'lit h-3' : 'h-2'}`}
          style={{
            background:
              at < 0
                ? color
                : index <= at
                  ? color
                  : 'color-mix(in srgb, var(--color-base-300) 90%, transparent)',
            opacity: at < 0 ? (index < 4 ? 1 : 0.2) : index < at ? 0.55 : 1,
          }}
        />
      ))}
    </span>
  );
}
