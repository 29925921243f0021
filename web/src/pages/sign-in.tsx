/** The door. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../api/client.ts';
import { useSession } from '../api/use-session.ts';
import { Button } from '../ui/button.tsx';
import { PageHead } from '../ui/page-head.tsx';

const route = getRouteApi('/sign-in');

/** Only an address of our own. */
function safePage(to: string | undefined): string {
  return to && /^\/(?![/\\])/.test(to) ? to : '/';
}

export function SignInPage() {
  const { to } = route.useSearch();
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const session = useSession();
  const [secret, setSecret] = useState('');
  const enter = useMutation({
    mutationFn: () => call('/api/console/session', { method: 'POST', body: { secret } }),
    onSuccess: async () => {
      await client.resetQueries();
      await navigate({ to: safePage(to) });
    },
  });
  return (
    <main className="min-h-screen grid place-items-center p-4">
      <form
        className="w-full max-w-sm"
        onSubmit={(event) => {
          event.preventDefault();
          enter.mutate();
        }}
      >
        <img src="/favicon.svg" alt="" width="36" height="36" className="mb-4" />
        <PageHead title="Batch Manager" tab="Sign in" />
        {session?.actor && (
          <p className="mb-3">
            You are in as {session.actor}.{' '}
            <Button onClick={() => void navigate({ to: safePage(to) })}>Go on</Button>
          </p>
        )}
        <label htmlFor="secret" className="block mb-1">
          Password or API key
        </label>
        <input
          id="secret"
          type="password"
          className="input w-full mb-3"
          autoComplete="current-password"
          required
          maxLength={1_000}
          value={secret}
          onChange={(event) => setSecret(event.target.value)}
        />
        <Button type="submit" look="main" small={false} busy={enter.isPending}>
          Sign in
        </Button>
        <p className="text-bad mt-3 min-h-5" role="alert">
          {enter.error?.message}
        </p>
      </form>
    </main>
  );
}
