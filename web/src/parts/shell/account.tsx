/** Who is here, which theme, which version. */
import { useQueryClient } from '@tanstack/react-query';
import { CircleHelp, LogOut, Moon, Sun, SunMoon } from 'lucide-react';
import { call } from '../../api/client.ts';
import { useSession } from '../../api/use-session.ts';
import { nextTheme, useTheme } from './theme.ts';

const icons = { system: SunMoon, light: Sun, dark: Moon } as const;

export function Account({ onHelp }: { readonly onHelp: () => void }) {
  const theme = useTheme();
  const session = useSession();
  const client = useQueryClient();
  const Icon = icons[theme];
  const signOut = async () => {
    await call('/api/console/session', { method: 'DELETE' });
    await client.resetQueries();
    window.location.assign('/sign-in');
  };
  return (
    <div className="flex items-center gap-0.5 lg:flex-wrap">
      <button
        type="button"
        className="btn btn-ghost btn-sm btn-square"
        onClick={nextTheme}
        title={`Theme: ${theme} (t)`}
      >
        <Icon size={16} aria-hidden="true" />
        <span className="sr-only">Theme: {theme}</span>
      </button>
      <button type="button" className="btn btn-ghost btn-sm btn-square" onClick={onHelp} title="Keys (?)">
        <CircleHelp size={16} aria-hidden="true" />
        <span className="sr-only">Keys</span>
      </button>
      {session?.signs_in && session.actor !== null && (
        <button
          type="button"
          className="btn btn-ghost btn-sm btn-square"
          onClick={() => void signOut()}
          title={`Sign out ${session.actor}`}
        >
          <LogOut size={16} aria-hidden="true" />
          <span className="sr-only">Sign out {session.actor}</span>
        </button>
      )}
      <span className="hint max-lg:hidden w-full px-2.5 pt-1 truncate">
        {session?.role === 'reader' ? 'read-only, ' : ''}
        {session ? `version ${session.version}` : ''}
      </span>
    </div>
  );
}
