/** Bars over time, stacked, from zero; empty buckets are drawn, the running one is hatched. */
import { useId } from 'react';
import { compact } from '../lib/numbers.ts';
import { useWidth } from '../lib/use-width.ts';

export interface Series {
  readonly name: string;
  readonly color: string;
}

interface StackedBarsProps {
  readonly series: readonly Series[];
  /** One for each bucket: its label and the value of each series. */
  readonly buckets: readonly {
    /** Where labels repeat. */
    readonly key?: number;
    readonly label: string;
    readonly values: readonly number[];
  }[];
  readonly height?: number;
  readonly format?: (value: number) => string;
  /** The last bucket has not ended yet. */
  readonly running?: boolean;
}

const foot = 16;

export function StackedBars(props: StackedBarsProps) {
  const { series, buckets, height = 130, format = compact, running = true } = props;
  const hatch = useId();
  const [box, width] = useWidth<HTMLDivElement>();
  const sums = buckets.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const most = Math.max(1, ...sums);
  const step = width / Math.max(1, buckets.length);
  const tall = height - foot;
  return (
    <div ref={box}>
      <div className="flex gap-3 flex-wrap hint mb-1" aria-hidden="true">
        {series.map(({ name, color }) => (
          <span key={name} className="inline-flex items-center gap-1">
            <span className="size-2 rounded-sm" style={{ background: color }} />
            {name}
          </span>
        ))}
        <span className="ml-auto">{Math.max(...sums, 0) > 0 ? `most: ${format(most)}` : ''}</span>
      </div>
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
        <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="2" height="5" fill="var(--color-base-100)" opacity="0.75" />
        </pattern>
        <line x1="0" x2={width} y1={tall} y2={tall} stroke="var(--color-base-300)" />
        {buckets.map(({ key, label, values }, index) => {
          let top = tall;
          const left = index * step + step * 0.12;
          return (
            <g key={key ?? label}>
              <title>{`${label}: ${values.map((value, at) => `${series[at]?.name} ${format(value)}`).join(', ')}`}</title>
              <rect x={index * step} y={0} width={step} height={tall} fill="transparent" />
              {values.map((value, at) => {
                const size = (value / most) * (tall - 4);
                top -= size;
                return size > 0 ? (
                  <rect
                    key={series[at]?.name}
                    x={left}
                    y={top}
                    width={step * 0.76}
                    height={Math.max(size, 1)}
                    fill={series[at]?.color}
                  />
                ) : null;
              })}
              {running && index === buckets.length - 1 && (
                <rect x={left} y={top} width={step * 0.76} height={tall - top} fill={`url(#${hatch})`} />
              )}
            </g>
          );
        })}
        {labelled(
          buckets.map(({ label }) => label),
          width,
        ).map(({ label, index }) => (
          <text
            key={index}
            x={within(label, index * step + step / 2, width)}
            y={height - 3}
            fontSize="11"
            textAnchor="middle"
            fill="var(--muted)"
          >
            {label}
          </text>
        ))}
      </svg>
    </div>
  );
}

/** Half of what a letter or a digit of a label takes. */
const halfLetter = 3.4;

/** Where the middle of a label stands, so that neither end of it is cut off. */
export function within(label: string, middle: number, width: number): number {
  const half = Math.min(width / 2, label.length * halfLetter);
  return Math.min(Math.max(middle, half), width - half);
}

/** As many labels as have room, evenly. */
export function labelled(labels: readonly string[], width: number): { label: string; index: number }[] {
  const every = Math.max(1, Math.ceil(labels.length / Math.max(2, width / 90)));
  return labels
    .map((label, index) => ({ label, index }))
    .filter(({ index }) => index % every === Math.floor(every / 2))
    .filter(({ label }, place, kept) => label !== kept[place - 1]?.label);
}
