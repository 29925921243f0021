import type { ReactNode } from 'react';
import { type Tone, toneColor } from '../../lib/tones.ts';

export function Light({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <li className="flex items-center gap-2 min-h-6">
      <span className="size-2 rounded-full shrink-0" style={{ background: toneColor(tone) }} />
      {children}
    </li>
  );
}
