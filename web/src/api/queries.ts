/** Questions that more than one page asks. */
import { queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';
import type { OverviewRange, OverviewView } from './types.ts';

export function overviewQuery(range: OverviewRange) {
  return queryOptions({
    queryKey: ['overview', range],
    queryFn: ({ signal }) => call<OverviewView>(`/api/console/overview?range=${range}`, { signal }),
    refetchInterval: 30_000,
  });
}
