import type { ReactNode } from 'react';

interface ButtonProps {
  readonly children: ReactNode;
  readonly onClick?: () => void;
  readonly type?: 'button' | 'submit';
  readonly look?: 'plain' | 'main' | 'danger' | 'bare';
  /** Why it cannot be pressed; null when it can. It keeps its focus, so that the reason can be read. */
  readonly refused?: string | null;
  readonly busy?: boolean;
  readonly label?: string | undefined;
  readonly small?: boolean;
  readonly pressed?: boolean;
}

const looks = {
  plain: 'btn btn-outline border-base-300 font-medium',
  main: 'btn btn-primary',
  danger: 'btn btn-outline border-bad text-bad font-medium',
  bare: 'btn btn-ghost font-medium',
} as const;

export function Button(props: ButtonProps) {
  const { look = 'plain', refused = null, busy = false, small = true } = props;
  const stopped = refused !== null || busy;
  return (
    <button
      type={props.type ?? 'button'}
      className={`${looks[look]} ${small ? 'btn-sm' : ''} ${stopped ? 'opacity-55 cursor-not-allowed' : ''}`}
      aria-disabled={stopped}
      aria-busy={busy}
      aria-label={props.label}
      aria-pressed={props.pressed}
      title={refused ?? undefined}
      onClick={(event) => {
        if (stopped) event.preventDefault();
        else props.onClick?.();
      }}
    >
      {props.children}
    </button>
  );
}
