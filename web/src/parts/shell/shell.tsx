/** The frame of every page: rail, lights, palette, notices, keys, live messages. */
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { startLive, useHold, useLive } from '../../api/live.ts';
import { onSignedOut } from '../../api/query-client.ts';
import { useSession } from '../../api/use-session.ts';
import { useKeys } from '../../lib/keyboard.ts';
import { useNow } from '../../lib/use-now.ts';
import { Notices } from '../../ui/notices.tsx';
import { Account } from './account.tsx';
import { Help } from './help.tsx';
import { Lights } from './lights.tsx';
import { Nav, places } from './nav.tsx';
import { Palette } from './palette.tsx';
import { nextTheme } from './theme.ts';

export function Shell() {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  return path === '/sign-in' ? <Outlet /> : <Frame path={path} />;
}

function Frame({ path }: { readonly path: string }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const session = useSession();
  const [open, setOpen] = useState<'help' | 'palette' | null>(null);
  useHold(open !== null);
  const mayLook = session?.actor !== null && session !== undefined;
  useEffect(() => (mayLook ? startLive(client) : undefined), [client, mayLook]);
  const mustSignIn = session?.actor === null;
  useEffect(() => {
    const leave = () => void navigate({ to: '/sign-in', search: { to: path } });
    if (mustSignIn) leave();
    return onSignedOut(leave);
  }, [navigate, path, mustSignIn]);
  useKeys({
    t: nextTheme,
    '?': () => setOpen('help'),
    'mod+k': () => setOpen('palette'),
    '/': () => setOpen('palette'),
    Escape: () => window.history.back(),
    ...Object.fromEntries(places.map(({ key, to }) => [`g ${key}`, () => void navigate({ to })])),
  });
  return (
    <div className="lg:grid lg:grid-cols-[13rem_minmax(0,1fr)] min-h-screen">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:p-2 focus:bg-base-100 z-50">
        Skip to content
      </a>
      <aside className="bg-base-200 border-base-300 lg:border-r max-lg:border-b">
        <div className="lg:sticky lg:top-0 lg:h-screen flex lg:flex-col items-stretch max-lg:items-center gap-2 lg:gap-3 p-2 lg:p-3">
          <p className="px-2.5 py-1.5 font-semibold max-lg:hidden whitespace-nowrap flex items-center gap-2">
            <img src="/favicon.svg" alt="" width="20" height="20" />
            Batch Manager
          </p>
          <button
            type="button"
            className="btn btn-sm btn-outline border-base-300 justify-start font-normal max-lg:btn-square max-lg:order-2 max-lg:border-0 max-lg:ml-auto"
            onClick={() => setOpen('palette')}
          >
            <Search size={14} aria-hidden="true" />
            <span className="max-lg:sr-only">Go to</span>
            <kbd className="kbd kbd-xs ml-auto max-lg:hidden">Ctrl K</kbd>
          </button>
          <Nav narrow={false} />
          <div className="lg:mt-auto max-lg:order-3 grid gap-3">
            <div className="max-lg:hidden">{mayLook && <Lights />}</div>
            <Account onHelp={() => setOpen('help')} />
          </div>
        </div>
      </aside>
      <main
        id="main"
        className="max-w-[1440px] w-full min-w-0 px-3 sm:px-4 lg:px-7 py-4 lg:py-5"
        tabIndex={-1}
      >
        <LostConnection />
        {mayLook && <Outlet />}
      </main>
      {open === 'help' && <Help onClose={() => setOpen(null)} />}
      {open === 'palette' && <Palette onClose={() => setOpen(null)} />}
      <Notices />
    </div>
  );
}

/** A short gap is no news: the stream comes back by itself. */
const newsMs = 3_000;

function LostConnection() {
  const { lostAt } = useLive();
  useNow();
  if (lostAt === null || Date.now() - lostAt < newsMs) return null;
  return (
    <p className="rounded-md border-l-4 border-bad bg-base-200 px-4 py-2 mb-3" role="status">
      The connection to the service is lost. What is shown may be old; it is tried again by itself.
    </p>
  );
}
