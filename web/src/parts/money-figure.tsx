/** What it would have cost, what was paid, and the gap between them. */
import { money, share } from '../lib/numbers.ts';
import { Figure } from '../ui/figure.tsx';

interface MoneyFigureProps {
  readonly list: number;
  readonly paid: number;
  readonly unpriced: number;
  readonly title?: string;
  /** Over time, where there is more than one day. */
  readonly days?: readonly { readonly day: string; readonly list: number; readonly paid: number }[];
}

export function MoneyFigure({ list, paid, unpriced, title = 'Money', days = [] }: MoneyFigureProps) {
  const saved = list - paid;
  const known = list > 0;
  const summary = known
    ? `${money(paid)} paid where synchronous calls would have cost ${money(list)}: ${money(saved)} saved (${share(saved, list)}).`
    : unpriced > 0
      ? 'Nothing here has a known price.'
      : 'Nothing has been answered yet.';
  return (
    <Figure
      title={title}
      summary={summary}
      facts={{
        head: ['Kind', 'USD'],
        rows: [
          ['List price', money(list)],
          ['Paid', money(paid)],
          ['Saved', money(saved)],
          ['Answers without a known price', unpriced],
          ...days.map(({ day, list: l, paid: p }) => [
            `${day.slice(0, 10)}: list, paid`,
            `${money(l)}, ${money(p)}`,
          ]),
        ],
      }}
    >
      {known && (
        <div className="grid gap-1.5 text-[0.86rem]">
          <Row name="List price" value={money(list)} width={100} color="var(--tone-quiet)" />
          <div className="grid grid-cols-[5rem_1fr_5.5rem] gap-2 items-center">
            <span className="text-muted">Paid</span>
            <span className="relative h-4 rounded-sm overflow-hidden bg-good/15">
              <span
                className="absolute inset-y-0 left-0 bg-moving"
                style={{ width: `${(paid / list) * 100}%` }}
              />
              <span
                className="absolute inset-y-0 flex items-center justify-center text-[0.75rem] text-good font-medium"
                style={{ left: `${(paid / list) * 100}%`, right: 0 }}
              >
                saved
              </span>
            </span>
            <span className="num">{money(paid)}</span>
          </div>
        </div>
      )}
      {days.length > 2 && known && <SavedOverTime days={days} />}
      {unpriced > 0 && (
        <p className="hint mt-2">
          {unpriced} {unpriced === 1 ? 'answer has' : 'answers have'} no known price and stand in no sum.
        </p>
      )}
    </Figure>
  );
}

function Row({ name, value, width, color }: { name: string; value: string; width: number; color: string }) {
  return (
    <div className="grid grid-cols-[5rem_1fr_5.5rem] gap-2 items-center">
      <span className="text-muted">{name}</span>
      <span className="h-4 rounded-sm opacity-60" style={{ width: `${width}%`, background: color }} />
      <span className="num">{value}</span>
    </div>
  );
}

const width = 600;
const height = 90;

function SavedOverTime({ days }: { readonly days: NonNullable<MoneyFigureProps['days']> }) {
  const most = Math.max(1, ...days.map(({ list }) => list));
  const x = (index: number) => (index / Math.max(1, days.length - 1)) * width;
  const y = (value: number) => height - (value / most) * (height - 4);
  const line = (pick: 'list' | 'paid') => days.map((day, index) => `${x(index)},${y(day[pick])}`);
  return (
    <div>
      <svg viewBox={`0 0 ${width} ${height}`} className="w-full h-auto mt-3" aria-hidden="true">
        <polygon
          points={[...line('list'), ...line('paid').toReversed()].join(' ')}
          fill="var(--tone-good)"
          opacity="0.16"
        />
        <polyline points={line('list').join(' ')} fill="none" stroke="var(--tone-quiet)" strokeWidth="1.5" />
        <polyline points={line('paid').join(' ')} fill="none" stroke="var(--tone-moving)" strokeWidth="2" />
      </svg>
      <p className="hint flex justify-between gap-2" aria-hidden="true">
        <span>{days[0]?.day.slice(5, 10)}</span>
        <span>most: {money(most)} a day at list price</span>
        <span>{days.at(-1)?.day.slice(5, 10)}</span>
      </p>
    </div>
  );
}
