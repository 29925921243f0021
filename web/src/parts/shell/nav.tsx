import { Link } from '@tanstack/react-router';
import { Activity, Gauge, Layers, ListTree, type LucideIcon, Send, Settings2 } from 'lucide-react';

interface Place {
  readonly to: '/' | '/batches' | '/requests' | '/destinations' | '/activity' | '/settings';
  readonly word: string;
  readonly icon: LucideIcon;
  /** Second key after `g`. */
  readonly key: string;
}

export const places: readonly Place[] = [
  { to: '/', word: 'Overview', icon: Gauge, key: 'o' },
  { to: '/batches', word: 'Batches', icon: Layers, key: 'b' },
  { to: '/requests', word: 'Requests', icon: ListTree, key: 'r' },
  { to: '/destinations', word: 'Destinations', icon: Send, key: 'd' },
  { to: '/activity', word: 'Activity', icon: Activity, key: 'a' },
  { to: '/settings', word: 'Settings', icon: Settings2, key: 's' },
];

export function Nav({ narrow }: { readonly narrow: boolean }) {
  return (
    <nav aria-label="Main">
      <ul className="flex lg:flex-col lg:gap-0.5">
        {places.map(({ to, word, icon: Icon, key }) => (
          <li key={to}>
            <Link
              to={to}
              activeOptions={{ exact: to === '/', includeSearch: false }}
              className="flex items-center gap-2.5 rounded-md px-2 lg:px-2.5 h-9 lg:h-8 text-muted hover:bg-base-300/50 data-[status=active]:text-base-content data-[status=active]:bg-base-300/60 data-[status=active]:font-medium"
              title={`${word} (g ${key})`}
            >
              <Icon size={17} aria-hidden="true" />
              <span className={narrow ? 'sr-only' : 'max-lg:sr-only'}>{word}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
