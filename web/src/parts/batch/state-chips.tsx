/** States with their counts, as filters; and the filters that stand beside them. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { batchStates } from '../../../../core/batch.ts';
import { overviewQuery } from '../../api/queries.ts';
import { compact } from '../../lib/numbers.ts';
import { type BatchSearch, readBatchSearch } from '../../lib/search.ts';
import { batchTones, inWords, toneColor } from '../../lib/tones.ts';
import { Chip } from '../../ui/chip.tsx';

export function StateChips() {
  const search = useSearch({ from: '/batches', select: readBatchSearch });
  const navigate = useNavigate({ from: '/batches' });
  const { data } = useQuery(overviewQuery('24h'));
  const counts = new Map(data?.stages.map(({ state, batches }) => [state, batches]));
  const set = (change: BatchSearch) =>
    void navigate({
      search: ({ cursor: _, ...now }) =>
        Object.fromEntries(
          Object.entries({ ...now, ...change }).filter(([, value]) => value !== undefined),
        ) as BatchSearch,
    });
  const shown = batchStates.filter((state) => (counts.get(state) ?? 0) > 0 || search.state === state);
  return (
    <div className="flex flex-wrap gap-1.5 mb-4" role="group" aria-label="Filters">
      <Chip on={!search.state} onClick={() => set({ state: undefined } as unknown as BatchSearch)}>
        All
      </Chip>
      {shown.map((state) => (
        <Chip key={state} on={search.state === state} onClick={() => set({ state })}>
          <span className="size-2 rounded-full" style={{ background: toneColor(batchTones[state]) }} />
          {inWords(state)}
          <span className="text-muted">{data ? compact(counts.get(state) ?? 0) : ''}</span>
        </Chip>
      ))}
      {(['model', 'endpoint'] as const).map((name) =>
        search[name] ? (
          <Chip
            key={name}
            on
            removes={`Remove filter ${name}`}
            onClick={() => set({ [name]: undefined } as unknown as BatchSearch)}
          >
            {name}: {search[name]}
          </Chip>
        ) : null,
      )}
    </div>
  );
}
