/** Parts of a whole in one bar. Nothing is told by colour alone: the sentence beside it says the same. */
export interface Part {
  readonly name: string;
  readonly value: number;
  readonly color: string;
  readonly hollow?: boolean;
}

interface MeterProps {
  readonly parts: readonly Part[];
  readonly label: string;
  readonly height?: number;
}

export function Meter({ parts, label, height = 8 }: MeterProps) {
  const whole = parts.reduce((sum, part) => sum + part.value, 0);
  return (
    <div
      className="flex w-full overflow-hidden rounded-sm bg-base-300/50 gap-px"
      style={{ height }}
      role="img"
      aria-label={label}
      title={label}
    >
      {whole > 0 &&
        parts
          .filter((part) => part.value > 0)
          .map((part) => (
            <span
              key={part.name}
              style={{
                flexGrow: part.value,
                minWidth: 2,
                background: part.hollow ? 'transparent' : part.color,
                boxShadow: part.hollow ? `inset 0 0 0 1px ${part.color}` : 'none',
              }}
            />
          ))}
    </div>
  );
}
