import { Link } from '@tanstack/react-router';
import { Layers, type LucideIcon } from 'lucide-react';

interface Place {
  readonly to: '/batches';
  readonly word: string;
  readonly icon: LucideIcon;
  /** Second key after `g`. */
  readonly key: string;
}

export const places: readonly Place[] = [{ to: '/batches', word: 'Batches', icon: Layers, key: 'b' }];

export function Nav({ narrow }: { readonly narrow: boolean }) {
  return (
    <nav aria-label="Main">
      <ul className="flex lg:flex-col gap-1 max-lg:justify-around">
        {places.map(({ to, word, icon: Icon, key }) => (
          <li key={to}>
            <Link
              to={to}
              activeOptions={{ includeSearch: false }}
              className="flex items-center gap-2.5 rounded-md px-2.5 h-9 lg:h-8 text-muted hover:bg-base-300/50 data-[status=active]:text-base-content data-[status=active]:bg-base-300/60 data-[status=active]:font-medium"
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
