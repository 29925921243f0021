import { useQuery } from '@tanstack/react-query';
import { call } from './client.ts';
import type { SessionView } from './types.ts';

export function useSession(): SessionView | undefined {
  return useQuery({
    queryKey: ['session'],
    queryFn: () => call<SessionView>('/api/console/session'),
    staleTime: 60_000,
  }).data;
}

/** Why orders are refused to this session; null when they are not. */
export function useReaderRefusal(): string | null {
  const session = useSession();
  return session?.role === 'reader'
    ? 'Your session may only look. Sign in as operator to change things.'
    : null;
}
