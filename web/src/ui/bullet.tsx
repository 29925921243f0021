/** Use against a limit: what is used, what waits behind it, and the limit as a rule. */
interface BulletProps {
  readonly used: number;
  readonly waiting: number;
  readonly limit: number;
  readonly label: string;
}

export function Bullet({ used, waiting, limit, label }: BulletProps) {
  const most = Math.max(limit * 1.12, used + waiting, 1);
  const part = (value: number) => `${Math.min(100, (value / most) * 100)}%`;
  const full = limit > 0 && used / limit > 0.9;
  return (
    <span className="relative block h-4 rounded-sm bg-base-200" role="img" aria-label={label} title={label}>
      <span
        className="absolute inset-y-0 left-0 rounded-l-sm"
        style={{ width: part(used), background: full ? 'var(--tone-watch)' : 'var(--tone-moving)' }}
      />
      <span
        className="absolute inset-y-1"
        style={{ left: part(used), width: part(waiting), background: 'var(--tone-waiting)', opacity: 0.4 }}
      />
      <span className="absolute -inset-y-0.5 w-0.5 bg-base-content" style={{ left: part(limit) }} />
    </span>
  );
}
