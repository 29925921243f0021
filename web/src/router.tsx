/** Addresses and their pages. What a page shows is in its address alone. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { readBatchSearch } from './lib/search.ts';
import { Broken, NoSuchPage } from './pages/lost.tsx';
import { Shell } from './parts/shell/shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NoSuchPage, errorComponent: Broken });

const batches = createRoute({
  getParentRoute: () => root,
  path: '/batches',
  validateSearch: readBatchSearch,
  component: lazyRouteComponent(() => import('./pages/batches.tsx'), 'BatchesPage'),
});

const routeTree = root.addChildren([batches]);

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  scrollRestoration: true,
  // Plain words in the address: a person may write it.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const set = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
    return set.length === 0 ? '' : `?${new URLSearchParams(set.map(([k, v]) => [k, String(v)]))}`;
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
