/** Lines over time, with a rule where there is something to keep to. Gaps are gaps. */
import { useWidth } from '../lib/use-width.ts';
import { labelled, within } from './stacked-bars.tsx';

interface Line {
  readonly name: string;
  readonly color: string;
  readonly dashed?: boolean;
  readonly values: readonly (number | null)[];
}

interface LinesProps {
  readonly labels: readonly string[];
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  readonly rule?: { readonly at: number; readonly name: string };
  readonly height?: number;
}

const foot = 16;

export function Lines({ labels, lines, format, rule, height = 130 }: LinesProps) {
  const [box, width] = useWidth<HTMLDivElement>();
  const values = lines.flatMap((line) => line.values.filter((value) => value !== null));
  const most = Math.max(1, ...values, rule && Math.max(...values, 0) > rule.at / 4 ? rule.at : 0) * 1.08;
  const step = width / Math.max(1, labels.length);
  const tall = height - foot;
  const y = (value: number) => tall - (value / most) * (tall - 12);
  const showRule = rule !== undefined && rule.at <= most;
  return (
    <div ref={box}>
      <div className="flex gap-3 flex-wrap hint mb-1" aria-hidden="true">
        {lines.map(({ name, color }) => (
          <span key={name} className="inline-flex items-center gap-1">
            <span className="w-3 h-0.5" style={{ background: color }} />
            {name}
          </span>
        ))}
        {values.length > 0 && <span className="ml-auto">most: {format(Math.max(...values))}</span>}
      </div>
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
        <line x1="0" x2={width} y1={tall} y2={tall} stroke="var(--color-base-300)" />
        {showRule && (
          <>
            <line
              x1="0"
              x2={width}
              y1={y(rule.at)}
              y2={y(rule.at)}
              stroke="var(--tone-watch)"
              strokeDasharray="4 3"
            />
            <text x={width} y={y(rule.at) - 3} fontSize="11" textAnchor="end" fill="var(--tone-watch)">
              {rule.name}
            </text>
          </>
        )}
        {lines.map((line) => (
          <g key={line.name}>
            <path
              d={pathOf(line.values, step, y)}
              fill="none"
              stroke={line.color}
              strokeWidth="1.8"
              strokeDasharray={line.dashed ? '5 3' : undefined}
            />
            {line.values.map((value, index) =>
              value === null ? null : (
                <circle // biome-ignore lint/suspicious/noArrayIndexKey: places on an axis
                  key={index}
                  cx={(index + 0.5) * step}
                  cy={y(value)}
                  r="2.4"
                  fill={line.color}
                >
                  <title>{`${labels[index]}: ${line.name} ${format(value)}`}</title>
                </circle>
              ),
            )}
          </g>
        ))}
        {labelled(labels, width).map(({ label, index }) => (
          <text
            key={index}
            x={within(label, (index + 0.5) * step, width)}
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

function pathOf(values: readonly (number | null)[], step: number, y: (value: number) => number): string {
  return values
    .map((value, index) => {
      if (value === null) return '';
      const begins = index === 0 || values[index - 1] === null;
      return `${begins ? 'M' : 'L'}${(index + 0.5) * step} ${y(value)}`;
    })
    .join('');
}
