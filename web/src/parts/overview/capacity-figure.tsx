/** How full OpenAI's queue is for us: tokens enqueued against the cap, and what waits behind it. */
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import { useLookEvery } from '../../api/live.ts';
import type { CapacityView } from '../../api/types.ts';
import { compact, count, plural } from '../../lib/numbers.ts';
import { Bullet } from '../../ui/bullet.tsx';
import { Figure } from '../../ui/figure.tsx';
import { When } from '../../ui/when.tsx';

export function useCapacity() {
  const lookEvery = useLookEvery();
  return useQuery({
    queryKey: ['batches', 'capacity'],
    queryFn: ({ signal }) => call<CapacityView>('/api/capacity', { signal }),
    refetchInterval: lookEvery,
  });
}

export function CapacityFigure() {
  const { data } = useCapacity();
  if (!data) return null;
  const { families, funding } = data;
  const waiting = families.reduce((sum, family) => sum + family.waiting_batches, 0);
  const reserved = families.reduce((sum, family) => sum + family.reserved, 0);
  return (
    <Figure
      title="Capacity at OpenAI"
      summary={
        funding.blocked
          ? `OpenAI refuses work for want of money${funding.message ? `: ${funding.message}` : ''}.`
          : `${compact(reserved)} tokens are enqueued; ${plural(waiting, 'batch waits', 'batches wait')} for room.`
      }
      facts={{
        head: ['Models', 'Enqueued', 'Cap', 'Batches', 'Waiting', 'Tokens waiting'],
        rows: families.map((family) => [
          family.family,
          count(family.reserved),
          count(family.cap),
          family.batches,
          family.waiting_batches,
          count(family.waiting_tokens),
        ]),
      }}
    >
      {families.length === 0 ? (
        <p className="text-muted">Nothing has been sent to OpenAI yet.</p>
      ) : (
        <div className="grid gap-2 max-h-72 overflow-y-auto">
          {families.map((family) => (
            <Family key={family.family} family={family} />
          ))}
        </div>
      )}
    </Figure>
  );
}

function Family({ family }: { readonly family: CapacityView['families'][number] }) {
  const { reserved, cap, cap_source, waiting_tokens, waiting_batches, held_until } = family;
  const words = `${family.family}: ${count(reserved)} of ${count(cap)} tokens enqueued (cap ${cap_source}), ${plural(waiting_batches, 'batch', 'batches')} with ${count(waiting_tokens)} tokens waiting`;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] sm:grid-cols-[8rem_minmax(0,1fr)_7rem] gap-x-2 gap-y-1 sm:gap-y-2 items-center text-[0.86rem]">
      <span className="truncate" title={family.family}>
        {family.family}
      </span>
      <span className="max-sm:order-1 max-sm:col-span-2">
        <Bullet used={reserved} waiting={waiting_tokens} limit={cap} label={words} />
      </span>
      <span className="num">
        {compact(reserved)} / {compact(cap)}
      </span>
      {(waiting_batches > 0 || held_until !== null) && (
        <span className="max-sm:order-2 col-span-2 sm:col-span-3 hint -mt-1">
          {plural(waiting_batches, 'batch', 'batches')} with {compact(waiting_tokens)} tokens behind it
          {held_until !== null && (
            <>
              {' '}
              · held, tries again <When at={held_until} />
            </>
          )}
        </span>
      )}
    </div>
  );
}
