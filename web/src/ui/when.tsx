import { absolute, duration, relative, serviceNow } from '../lib/time.ts';
import { useNow } from '../lib/use-now.ts';

interface WhenProps {
  readonly at: string | number | null;
  /** Shown where there is no time. */
  readonly none?: string;
  /** The bare distance: "4 m". */
  readonly bare?: boolean;
}

/** A time as its distance from now; the tooltip holds it whole, local and UTC. */
export function When({ at, none = '–', bare = false }: WhenProps) {
  const soon = at !== null && Math.abs(serviceNow() - Number(new Date(at))) < 120_000;
  const now = useNow(soon ? 1_000 : 30_000);
  if (at === null) return <span className="text-muted">{none}</span>;
  const ms = typeof at === 'number' ? at : Date.parse(at);
  return (
    <time dateTime={new Date(ms).toISOString()} title={absolute(ms)}>
      {bare ? duration(Math.abs(now - ms)) : relative(ms, now)}
    </time>
  );
}
