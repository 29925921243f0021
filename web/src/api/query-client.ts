import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './client.ts';

const listeners = new Set<() => void>();

/** Told when the service asks for a sign-in. */
export function onSignedOut(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Refusals are answers: only silence and faults of the service are tried again. */
function mayRetry(failures: number, error: unknown): boolean {
  return failures < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500);
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (error instanceof ApiError && error.status === 401) for (const listener of listeners) listener();
    },
  }),
  defaultOptions: {
    queries: { retry: mayRetry, retryDelay: 800, staleTime: 1_000, refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
});
