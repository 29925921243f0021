import { CircleCheck, CirclePause, CircleX, HelpCircle, type LucideIcon, TriangleAlert } from 'lucide-react';
import type { Destination } from '../../api/types.ts';
import type { Tone } from '../../lib/tones.ts';
import { Badge } from '../../ui/badge.tsx';

interface Standing {
  readonly tone: Tone;
  readonly word: string;
  readonly icon: LucideIcon;
}

/** The worst that is true of it. */
export function standingOf({ health, paused_at }: Destination): Standing {
  if (health.breaker === 'open') return { tone: 'bad', word: 'breaker open', icon: CircleX };
  if (paused_at !== null) return { tone: 'waiting', word: 'paused', icon: CirclePause };
  if (health.failing_since !== null) return { tone: 'watch', word: 'failing', icon: TriangleAlert };
  if (health.success_count + health.failure_count === 0) {
    return { tone: 'quiet', word: 'not used yet', icon: HelpCircle };
  }
  return { tone: 'good', word: 'receiving', icon: CircleCheck };
}

export function HealthBadge({ destination }: { readonly destination: Destination }) {
  const { tone, word, icon } = standingOf(destination);
  return <Badge tone={tone} word={word} icon={icon} />;
}
