/** When requests came, all of them; dragging over the bars sets before and after. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type PointerEvent, useRef, useState } from 'react';
import { overviewQuery } from '../../api/queries.ts';
import { count } from '../../lib/numbers.ts';
import { hourOrDay } from '../../lib/time.ts';
import { useWidth } from '../../lib/use-width.ts';
import { Figure } from '../../ui/figure.tsx';
import { labelled } from '../../ui/stacked-bars.tsx';

const height = 74;
const foot = 15;
const hourMs = 3_600_000;

export function Arrivals() {
  const { data } = useQuery(overviewQuery('24h'));
  const hours = data?.hours ?? [];
  const all = hours.reduce((sum, { accepted }) => sum + accepted, 0);
  return (
    <Figure
      title="Arrivals in 24 hours, all requests"
      summary={`${count(all)} requests came in the last 24 hours. Drag over the bars to see those of a time.`}
      facts={{
        head: ['Hour', 'Requests'],
        rows: hours.map(({ hour, accepted }) => [hourOrDay(Date.parse(hour), false), count(accepted)]),
      }}
    >
      <Bars hours={hours} />
    </Figure>
  );
}

function Bars({ hours }: { readonly hours: readonly { hour: string; accepted: number }[] }) {
  const navigate = useNavigate({ from: '/requests' });
  const { after, before } = useSearch({ from: '/requests' });
  const [frame, width] = useWidth<HTMLDivElement>();
  const box = useRef<SVGSVGElement>(null);
  const [drag, setDrag] = useState<readonly [number, number] | null>(null);
  const most = Math.max(1, ...hours.map(({ accepted }) => accepted));
  const step = width / Math.max(1, hours.length);
  const bucketAt = (event: PointerEvent) => {
    const area = box.current?.getBoundingClientRect();
    if (!area || area.width === 0) return 0;
    const at = Math.floor(((event.clientX - area.left) / area.width) * hours.length);
    return Math.max(0, Math.min(hours.length - 1, at));
  };
  const finish = () => {
    if (!drag) return;
    const [first, last] = [Math.min(...drag), Math.max(...drag)];
    const from = hours[first]?.hour;
    const to = hours[last]?.hour;
    setDrag(null);
    if (!from || !to) return;
    const end = new Date(Date.parse(to) + hourMs).toISOString();
    void navigate({ search: ({ cursor: _, ...now }) => ({ ...now, after: from, before: end }) });
  };
  const lit = (index: number) => {
    if (drag) return index >= Math.min(...drag) && index <= Math.max(...drag);
    const at = Date.parse(hours[index]?.hour ?? '');
    return (!after || at >= Date.parse(after) - hourMs + 1) && (!before || at < Date.parse(before));
  };
  return (
    <div ref={frame}>
      <svg
        ref={box}
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        className="touch-pan-y cursor-crosshair select-none"
        aria-hidden="true"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag([bucketAt(event), bucketAt(event)]);
        }}
        onPointerMove={(event) => {
          if (drag) setDrag([drag[0], bucketAt(event)]);
        }}
        onPointerUp={finish}
        onPointerCancel={() => setDrag(null)}
      >
        <line x1="0" x2={width} y1={height - foot} y2={height - foot} stroke="var(--color-base-300)" />
        {hours.map(({ hour, accepted }, index) => {
          const size = (accepted / most) * (height - foot - 4);
          return (
            <rect
              key={hour}
              x={index * step + 3}
              y={height - foot - Math.max(size, accepted > 0 ? 1.5 : 0)}
              width={step - 6}
              height={Math.max(size, accepted > 0 ? 1.5 : 0)}
              fill="var(--color-primary)"
              opacity={lit(index) ? 0.9 : 0.3}
            >
              <title>{`${hourOrDay(Date.parse(hour), false)}: ${count(accepted)}`}</title>
            </rect>
          );
        })}
        {labelled(
          hours.map(({ hour }) => hourOrDay(Date.parse(hour), false)),
          width,
        ).map(({ label, index }) => (
          <text
            key={label}
            x={(index + 0.5) * step}
            y={height - 2}
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
