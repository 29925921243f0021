/** Addresses and their pages. What a page shows is in its address alone. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { type OverviewRange, overviewRanges } from '../../core/contract/console.ts';
import { oneOf, present, readBatchSearch, readRequestSearch, text } from './lib/search.ts';
import { Broken, NoSuchPage } from './pages/lost.tsx';
import { Shell } from './parts/shell/shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NoSuchPage, errorComponent: Broken });
const under = { getParentRoute: () => root };

const overview = createRoute({
  ...under,
  path: '/',
  validateSearch: (given: Record<string, unknown>) =>
    present<{ range?: OverviewRange }>({
      range: oneOf(given, 'range', Object.keys(overviewRanges) as OverviewRange[]),
    }),
  component: lazyRouteComponent(() => import('./pages/overview.tsx'), 'OverviewPage'),
});
const batches = createRoute({
  ...under,
  path: '/batches',
  validateSearch: readBatchSearch,
  component: lazyRouteComponent(() => import('./pages/batches.tsx'), 'BatchesPage'),
});
const batchTabs = ['requests', 'transitions', 'files', 'raw'] as const;
const batch = createRoute({
  ...under,
  path: '/batches/$id',
  validateSearch: (given: Record<string, unknown>) =>
    present<{ tab?: (typeof batchTabs)[number] }>({ tab: oneOf(given, 'tab', batchTabs) }),
  component: lazyRouteComponent(() => import('./pages/batch.tsx'), 'BatchPage'),
});
const requests = createRoute({
  ...under,
  path: '/requests',
  validateSearch: readRequestSearch,
  component: lazyRouteComponent(() => import('./pages/requests.tsx'), 'RequestsPage'),
});
const request = createRoute({
  ...under,
  path: '/requests/$id',
  component: lazyRouteComponent(() => import('./pages/request.tsx'), 'RequestPage'),
});
const destinations = createRoute({
  ...under,
  path: '/destinations',
  validateSearch: (given: Record<string, unknown>) =>
    present<{ cursor?: string }>({ cursor: text(given, 'cursor') }),
  component: lazyRouteComponent(() => import('./pages/destinations.tsx'), 'DestinationsPage'),
});
const destination = createRoute({
  ...under,
  path: '/destinations/$id',
  component: lazyRouteComponent(() => import('./pages/destination.tsx'), 'DestinationPage'),
});
const activity = createRoute({
  ...under,
  path: '/activity',
  validateSearch: (given: Record<string, unknown>) =>
    present<{ cursor?: string }>({ cursor: text(given, 'cursor') }),
  component: lazyRouteComponent(() => import('./pages/activity.tsx'), 'ActivityPage'),
});
const settings = createRoute({
  ...under,
  path: '/settings',
  beforeLoad: () => {
    throw redirect({ to: '/settings/$section', params: { section: 'rules' }, replace: true });
  },
});
const section = createRoute({
  ...under,
  path: '/settings/$section',
  validateSearch: (given: Record<string, unknown>) =>
    present<{ kind?: string; cursor?: string }>({
      kind: text(given, 'kind'),
      cursor: text(given, 'cursor'),
    }),
  component: lazyRouteComponent(() => import('./pages/settings.tsx'), 'SettingsPage'),
});
const signIn = createRoute({
  ...under,
  path: '/sign-in',
  validateSearch: (given: Record<string, unknown>) => present<{ to?: string }>({ to: text(given, 'to') }),
  component: lazyRouteComponent(() => import('./pages/sign-in.tsx'), 'SignInPage'),
});

const routeTree = root.addChildren([
  overview,
  batches,
  batch,
  requests,
  request,
  destinations,
  destination,
  activity,
  settings,
  section,
  signIn,
]);

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  scrollRestoration: true,
  // Plain words in the address: a person may write it.
  parseSearch: (given) => Object.fromEntries(new URLSearchParams(given)),
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
