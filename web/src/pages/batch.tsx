/** What happened to this batch, what next, why is it waiting? */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ApiError, call } from '../api/client.ts';
import { useLookEvery } from '../api/live.ts';
import type { BatchDetail } from '../api/types.ts';
import { useKeys } from '../lib/keyboard.ts';
import { useLeaving } from '../lib/leaving.ts';
import { nextStep } from '../lib/next-step.ts';
import { useNow } from '../lib/use-now.ts';
import { BatchFacts } from '../parts/batch/batch-facts.tsx';
import { BatchOrders } from '../parts/batch/batch-orders.tsx';
import { BatchFiles, BatchRaw, BatchRequests, BatchTransitions } from '../parts/batch/batch-tabs.tsx';
import { Gantt } from '../parts/batch/gantt.tsx';
import { Reconciliation } from '../parts/batch/reconciliation.tsx';
import { TokenBars } from '../parts/batch/token-bars.tsx';
import { Track } from '../parts/batch/track.tsx';
import { ErrorCounts, Trouble } from '../parts/batch/trouble.tsx';
import { MoneyFigure } from '../parts/money-figure.tsx';
import { BatchBadge } from '../parts/state-badge.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { TabPanel, Tabs } from '../ui/tabs.tsx';

const route = getRouteApi('/batches/$id');

/** OpenAI's progress, results as they are applied and single deliveries move no state, so no message tells of them. */
const atWorkMs = 3_000;
const restless = new Set(['openai_processing', 'downloading', 'ready_to_deliver', 'delivering']);

function isAtWork(batch: BatchDetail | undefined): boolean {
  return batch !== undefined && (restless.has(batch.state) || batch.delivering_count > 0);
}

export function BatchPage() {
  const { id } = route.useParams();
  const navigate = route.useNavigate();
  const lookEvery = useLookEvery();
  const { left, leave } = useLeaving(() => navigate({ to: '/batches' }));
  const asked = useQuery({
    queryKey: ['batch', Number(id)],
    queryFn: ({ signal }) => call<BatchDetail>(`/api/batches/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state: { data } }) => Math.min(lookEvery, isAtWork(data) ? atWorkMs : lookEvery),
    enabled: !left,
  });
  useKeys({
    Escape: () => void navigate({ to: '/batches' }),
    c: () => void navigator.clipboard?.writeText(id),
    '.': () => document.querySelector<HTMLElement>('[data-orders] button')?.focus(),
  });
  const gone = asked.error instanceof ApiError && asked.error.status === 404;
  if (left) return null;
  if (gone) return <Gone id={id} seen={asked.data !== undefined} />;
  return (
    <Loaded asked={asked} what={`batch ${id}`} rows={12}>
      {(batch) => <BatchShown batch={batch} onDeleted={leave} />}
    </Loaded>
  );
}

function Gone({ id, seen }: { readonly id: string; readonly seen: boolean }) {
  return (
    <>
      <PageHead title={`Batch ${id}`} />
      <Empty
        kind="no_match"
        title={seen ? `Batch ${id} has just been deleted elsewhere` : `There is no batch ${id}`}
      >
        <Link className="link" to="/batches">
          All batches
        </Link>
      </Empty>
    </>
  );
}

interface BatchShownProps {
  readonly batch: BatchDetail;
  readonly onDeleted: () => Promise<void>;
}

function BatchShown({ batch, onDeleted }: BatchShownProps) {
  const { tab = 'requests' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHead
        title={`Batch ${batch.id}`}
        actions={
          <span className="contents" data-orders="">
            <BatchOrders batch={batch} onDeleted={onDeleted} />
          </span>
        }
      >
        <span aria-live="polite">
          <BatchBadge batch={batch} />
        </span>
      </PageHead>
      <NextStep batch={batch} />
      <Track batch={batch} />
      <div className="mt-3">
        <Trouble batch={batch} />
      </div>
      <div className="grid gap-3 mt-3 md:grid-cols-2 xl:grid-cols-3 items-start">
        <div className="grid gap-3 min-w-0">
          <BatchFacts batch={batch} />
          <TokenBars batch={batch} />
        </div>
        <div className="grid gap-3 min-w-0">
          <Reconciliation batch={batch} />
          <MoneyFigure
            title="Cost"
            list={batch.list_nano_usd}
            paid={batch.paid_nano_usd}
            unpriced={batch.unpriced_count}
          />
        </div>
        <div className="grid gap-3 min-w-0 md:max-xl:col-span-2">
          <Gantt batch={batch} />
          <ErrorCounts batch={batch} />
        </div>
      </div>
      <Tabs
        label={`More of batch ${batch.id}`}
        current={tab}
        onChange={(key) => void navigate({ search: { tab: key as 'files' }, replace: true })}
        tabs={[
          { key: 'requests', word: 'Requests' },
          { key: 'transitions', word: 'Transitions' },
          { key: 'files', word: 'Files' },
          { key: 'raw', word: 'Raw' },
        ]}
      />
      <TabPanel current={tab}>
        {tab === 'requests' && <BatchRequests batch={batch} />}
        {tab === 'transitions' && <BatchTransitions batch={batch} />}
        {tab === 'files' && <BatchFiles batch={batch} />}
        {tab === 'raw' && <BatchRaw batch={batch} />}
      </TabPanel>
    </>
  );
}

function NextStep({ batch }: { readonly batch: BatchDetail }) {
  const now = useNow();
  return <p className="mb-3 -mt-1">{nextStep(batch, now)}</p>;
}
