/** The last attempts, oldest left: short and tall ticks say failure and success without colour as well. */
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import type { DestinationAttemptList } from '../../api/types.ts';

const ticks = 40;

export function Spark({ id }: { readonly id: number }) {
  const { data } = useQuery({
    queryKey: ['destinations', 'spark', id],
    queryFn: ({ signal }) =>
      call<DestinationAttemptList>(`/api/destinations/${id}/attempts?limit=${ticks}`, { signal }),
    staleTime: 10_000,
  });
  const attempts = data?.data.toReversed() ?? [];
  const good = attempts.filter(({ outcome }) => outcome === 'success').length;
  const label =
    attempts.length === 0 ? 'no attempts' : `${good} of the last ${attempts.length} attempts succeeded`;
  return (
    <span className="inline-flex items-end gap-px h-4 w-44" role="img" aria-label={label} title={label}>
      {attempts.map(({ id: attempt, outcome }) => (
        <span
          key={attempt}
          className="w-[3px] rounded-[1px]"
          style={
            outcome === 'success'
              ? { height: '60%', background: 'var(--tone-good)' }
              : { height: '100%', background: 'var(--tone-bad)' }
          }
        />
      ))}
    </span>
  );
}
