/** What rules is it living by, and where did they come from? */
import { getRouteApi, Link } from '@tanstack/react-router';
import { Costs } from '../parts/settings/costs.tsx';
import { Keys } from '../parts/settings/keys.tsx';
import { Prices } from '../parts/settings/prices.tsx';
import { Records } from '../parts/settings/records.tsx';
import { Rules } from '../parts/settings/rules.tsx';
import { PageHead } from '../ui/page-head.tsx';

const route = getRouteApi('/settings/$section');

const sections = {
  rules: { word: 'Rules', show: Rules },
  costs: { word: 'Costs', show: Costs },
  prices: { word: 'Prices', show: Prices },
  keys: { word: 'API keys', show: Keys },
  records: { word: 'Records', show: Records },
} as const;

export function SettingsPage() {
  const { section } = route.useParams();
  const known = Object.hasOwn(sections, section) ? (section as keyof typeof sections) : 'rules';
  const { word, show: Show } = sections[known];
  return (
    <>
      <PageHead title="Settings" tab={`${word}, settings`} />
      <nav aria-label="Sections of settings" className="flex flex-wrap gap-1 border-b border-base-300 mb-4">
        {Object.entries(sections).map(([key, { word: name }]) => (
          <Link
            key={key}
            to="/settings/$section"
            params={{ section: key }}
            aria-current={key === known ? 'page' : undefined}
            className={`px-3 h-9 -mb-px inline-flex items-center border-b-2 whitespace-nowrap ${key === known ? 'border-primary font-medium' : 'border-transparent text-muted'}`}
          >
            {name}
          </Link>
        ))}
      </nav>
      <Show />
    </>
  );
}
