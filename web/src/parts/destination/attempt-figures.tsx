/** How attempts went over time, and how long they took: two panels, since they have two axes. */
import { percentile } from '../../../../core/percentile.ts';
import type { DestinationAttempt } from '../../api/types.ts';
import { count, plural, share } from '../../lib/numbers.ts';
import { duration, hourOrDay } from '../../lib/time.ts';
import { Figure } from '../../ui/figure.tsx';
import { Lines } from '../../ui/lines.tsx';
import { StackedBars } from '../../ui/stacked-bars.tsx';

const buckets = 24;

interface Bucket {
  readonly label: string;
  readonly good: number;
  readonly bad: number;
  readonly p95: number | null;
}

/** Equal spans of time between the oldest and the newest attempt. */
function intoBuckets(attempts: readonly DestinationAttempt[]): Bucket[] {
  const times = attempts.map(({ attempted_at: at }) => Date.parse(at));
  const first = Math.min(...times);
  const span = Math.max(1_000, Math.max(...times) - first + 1) / buckets;
  return Array.from({ length: buckets }, (_, index) => {
    const inside = attempts.filter((_attempt, at) => Math.floor(((times[at] ?? 0) - first) / span) === index);
    const good = inside.filter(({ outcome }) => outcome === 'success').length;
    const start = first + index * span;
    return {
      label: span * buckets > 2 * 86_400_000 ? hourOrDay(start, true) : clock(start, span),
      good,
      bad: inside.length - good,
      p95: percentile(
        inside.map(({ duration_ms }) => duration_ms).sort((a, b) => a - b),
        0.95,
      ),
    };
  });
}

function clock(at: number, span: number): string {
  return new Intl.DateTimeFormat(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(span < 60_000 ? { second: '2-digit' } : {}),
  }).format(at);
}

export function AttemptFigures({ attempts }: { readonly attempts: readonly DestinationAttempt[] }) {
  if (attempts.length === 0) return null;
  const over = intoBuckets(attempts);
  const good = attempts.filter(({ outcome }) => outcome === 'success').length;
  const all = percentile(
    attempts.map(({ duration_ms }) => duration_ms).sort((a, b) => a - b),
    0.95,
  );
  return (
    <div className="grid gap-3 lg:grid-cols-2">
      <Figure
        title={`The last ${plural(attempts.length, 'attempt')}`}
        summary={`${count(good)} succeeded (${share(good, attempts.length)}), ${count(attempts.length - good)} failed.`}
        facts={{
          head: ['From', 'Succeeded', 'Failed'],
          rows: over.map((bucket, index) => [`${index + 1}. ${bucket.label}`, bucket.good, bucket.bad]),
        }}
      >
        <StackedBars
          running={false}
          series={[
            { name: 'succeeded', color: 'var(--tone-good)' },
            { name: 'failed', color: 'var(--tone-bad)' },
          ]}
          buckets={over.map(({ label, good: well, bad }, index) => ({
            key: index,
            label,
            values: [well, bad],
          }))}
        />
      </Figure>
      <Figure
        title="Latency, p95"
        summary={
          all === null ? 'No attempt was timed.' : `95 % of them were answered within ${duration(all)}.`
        }
        facts={{
          head: ['From', 'p95'],
          rows: over.map(({ label, p95 }, index) => [
            `${index + 1}. ${label}`,
            p95 === null ? '–' : duration(p95),
          ]),
        }}
      >
        <Lines
          labels={over.map(({ label }) => label)}
          format={duration}
          lines={[{ name: 'p95', color: 'var(--tone-moving)', values: over.map(({ p95 }) => p95) }]}
        />
      </Figure>
    </div>
  );
}
