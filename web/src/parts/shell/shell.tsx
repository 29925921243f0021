/** The frame of every page: rail, lights, search, notices, keys. */
import { Outlet, useNavigate } from '@tanstack/react-router';
import { useKeys } from '../../lib/keyboard.ts';
import { Notices } from '../../ui/notices.tsx';
import { Nav, places } from './nav.tsx';
import { nextTheme, useTheme } from './theme.ts';

export function Shell() {
  const navigate = useNavigate();
  const theme = useTheme();
  useKeys({
    t: nextTheme,
    ...Object.fromEntries(places.map(({ key, to }) => [`g ${key}`, () => void navigate({ to })])),
  });
  return (
    <div className="lg:grid lg:grid-cols-[13rem_1fr] min-h-screen">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:p-2 focus:bg-base-100 z-50">
        Skip to content
      </a>
      <aside className="lg:sticky lg:top-0 lg:h-screen flex lg:flex-col gap-3 p-3 bg-base-200 border-base-300 lg:border-r max-lg:border-b">
        <Nav narrow={false} />
        <button type="button" className="btn btn-ghost btn-sm mt-auto" onClick={nextTheme}>
          Theme: {theme}
        </button>
      </aside>
      <main id="main" className="max-w-[1440px] w-full min-w-0 px-4 lg:px-7 py-5" tabIndex={-1}>
        <Outlet />
      </main>
      <Notices />
    </div>
  );
}
