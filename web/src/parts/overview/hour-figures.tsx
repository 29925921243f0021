import type { OverviewView } from '../../api/types.ts';
import { count, plural } from '../../lib/numbers.ts';
import { duration, hourOrDay } from '../../lib/time.ts';
import { Figure } from '../../ui/figure.tsx';
import { Lines } from '../../ui/lines.tsx';
import { StackedBars } from '../../ui/stacked-bars.tsx';

const outcomeSeries = [
  { name: 'succeeded', color: 'var(--tone-good)' },
  { name: 'failed', color: 'var(--tone-bad)' },
  { name: 'expired', color: 'var(--tone-watch)' },
  { name: 'cancelled', color: 'var(--tone-quiet)' },
] as const;

function labelsOf(view: OverviewView): string[] {
  return view.hours.map(({ hour }) => hourOrDay(Date.parse(hour), view.range !== '24h'));
}

export function OutcomeBars({ view }: { readonly view: OverviewView }) {
  const labels = labelsOf(view);
  const sum = (name: 'accepted' | (typeof outcomeSeries)[number]['name']) =>
    view.hours.reduce((total, hour) => total + hour[name], 0);
  const ended = outcomeSeries.reduce((total, { name }) => total + sum(name), 0);
  return (
    <Figure
      title={`Outcomes per ${view.range === '24h' ? 'hour' : 'day'}`}
      summary={`${plural(sum('accepted'), 'request')} came and ${count(ended)} ended in ${view.range}: ${count(sum('succeeded'))} succeeded, ${count(sum('failed'))} failed.`}
      facts={{
        head: ['When', 'Came', ...outcomeSeries.map(({ name }) => name)],
        rows: view.hours.map((hour, index) => [
          labels[index] ?? '',
          count(hour.accepted),
          ...outcomeSeries.map(({ name }) => count(hour[name])),
        ]),
      }}
    >
      <StackedBars
        series={outcomeSeries}
        buckets={view.hours.map((hour, index) => ({
          label: labels[index] ?? '',
          values: outcomeSeries.map(({ name }) => hour[name]),
        }))}
      />
    </Figure>
  );
}

export function DeliveryBars({ view }: { readonly view: OverviewView }) {
  const labels = labelsOf(view);
  const delivered = view.hours.reduce((total, hour) => total + hour.delivered, 0);
  const failed = view.hours.reduce((total, hour) => total + hour.delivery_failed, 0);
  return (
    <Figure
      title={`Deliveries per ${view.range === '24h' ? 'hour' : 'day'}`}
      summary={
        failed === 0
          ? `${count(delivered)} delivered in ${view.range}, none failed for good; ${count(view.deliveries.delivering)} on the way now.`
          : `${count(delivered)} delivered in ${view.range}, ${count(failed)} failed for good; ${count(view.deliveries.delivering)} on the way now.`
      }
      facts={{
        head: ['When', 'Delivered', 'Failed'],
        rows: view.hours.map((hour, index) => [
          labels[index] ?? '',
          count(hour.delivered),
          count(hour.delivery_failed),
        ]),
      }}
    >
      <StackedBars
        series={[
          { name: 'delivered', color: 'var(--tone-good)' },
          { name: 'failed', color: 'var(--tone-bad)' },
        ]}
        buckets={view.hours.map((hour, index) => ({
          label: labels[index] ?? '',
          values: [hour.delivered, hour.delivery_failed],
        }))}
      />
    </Figure>
  );
}

const promiseMs = 24 * 3_600_000;

export function TurnaroundLines({ view }: { readonly view: OverviewView }) {
  const labels = labelsOf(view);
  const { p50_ms: p50, p95_ms: p95, batches } = view.turnaround_all;
  return (
    <Figure
      title="Turnaround of batches"
      summary={
        p50 === null || p95 === null
          ? `No batch ended in ${view.range}.`
          : `Half of ${plural(batches, 'batch', 'batches')} took ${duration(p50)} or less from first request to last outcome, 95 % took ${duration(p95)} or less; OpenAI promises 24 h.`
      }
      facts={{
        head: ['When', 'Batches', 'p50', 'p95'],
        rows: view.turnaround.map((point, index) => [
          labels[index] ?? '',
          point.batches,
          point.p50_ms === null ? '–' : duration(point.p50_ms),
          point.p95_ms === null ? '–' : duration(point.p95_ms),
        ]),
      }}
    >
      <Lines
        labels={labels}
        format={duration}
        rule={{ at: promiseMs, name: '24 h promise' }}
        lines={[
          { name: 'p50', color: 'var(--tone-moving)', values: view.turnaround.map(({ p50_ms }) => p50_ms) },
          {
            name: 'p95',
            color: 'var(--tone-waiting)',
            dashed: true,
            values: view.turnaround.map(({ p95_ms }) => p95_ms),
          },
        ]}
      />
    </Figure>
  );
}
