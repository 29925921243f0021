import type { InputHTMLAttributes } from 'react';

interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly narrow?: boolean;
  readonly wide?: boolean;
}

/** One line of text with its name above it. */
export function Field({ label, onChange, narrow = false, wide = false, ...input }: FieldProps) {
  return (
    <label className="grid gap-1">
      {label}
      <input
        {...input}
        className={`input input-sm ${narrow ? 'w-28' : wide ? 'w-full' : ''}`}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
