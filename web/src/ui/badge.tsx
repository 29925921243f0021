import type { LucideIcon } from 'lucide-react';
import { type Tone, toneColor } from '../lib/tones.ts';

interface BadgeProps {
  readonly tone: Tone;
  readonly word: string;
  readonly icon?: LucideIcon;
  readonly title?: string;
}

/** A word in its tone; colour never speaks alone. */
export function Badge({ tone, word, icon: Icon, title }: BadgeProps) {
  return (
    <span className="tone" style={{ ['--tone' as string]: toneColor(tone) }} title={title}>
      {Icon && <Icon size={13} aria-hidden="true" />}
      {word}
    </span>
  );
}
