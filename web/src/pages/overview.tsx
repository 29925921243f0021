/** Is the line flowing? What needs me? What did it save? */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type OverviewRange, overviewRanges } from '../../../core/contract/console.ts';
import { overviewQuery } from '../api/queries.ts';
import type { OverviewView } from '../api/types.ts';
import { FirstRequest } from '../parts/first-request.tsx';
import { MoneyFigure } from '../parts/money-figure.tsx';
import { Attention } from '../parts/overview/attention.tsx';
import { CapacityFigure } from '../parts/overview/capacity-figure.tsx';
import { DeliveryBars, OutcomeBars, TurnaroundLines } from '../parts/overview/hour-figures.tsx';
import { PipelineStrip } from '../parts/overview/pipeline-strip.tsx';
import { Chip } from '../ui/chip.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { PageHead } from '../ui/page-head.tsx';

const route = getRouteApi('/');

export function OverviewPage() {
  const { range = '24h' } = route.useSearch();
  const navigate = route.useNavigate();
  const asked = useQuery({ ...overviewQuery(range), placeholderData: keepPreviousData });
  return (
    <>
      <PageHead
        title="Overview"
        actions={
          <div className="flex gap-1.5" role="group" aria-label="Range">
            {(Object.keys(overviewRanges) as OverviewRange[]).map((one) => (
              <Chip key={one} on={one === range} onClick={() => void navigate({ search: { range: one } })}>
                {one}
              </Chip>
            ))}
          </div>
        }
      />
      <Loaded asked={asked} what="the overview" rows={14}>
        {(view) => <Shown view={view} />}
      </Loaded>
    </>
  );
}

function Shown({ view }: { readonly view: OverviewView }) {
  const batches = view.stages.reduce((sum, stage) => sum + stage.batches, 0);
  const empty = batches === 0 && view.hours.every(({ accepted }) => accepted === 0);
  return (
    <div className="grid gap-3">
      {empty && (
        <Empty kind="nothing_yet" title="Nothing has come yet: send the first request">
          <FirstRequest />
        </Empty>
      )}
      <Attention items={view.attention} />
      <PipelineStrip stages={view.stages} />
      <div className="grid gap-3 lg:grid-cols-2">
        <OutcomeBars view={view} />
        <DeliveryBars view={view} />
        <CapacityFigure />
        <TurnaroundLines view={view} />
        <div className="min-w-0 lg:col-span-2">
          <MoneyFigure
            title={`Money, ${view.range}`}
            list={view.money.list_nano_usd}
            paid={view.money.paid_nano_usd}
            unpriced={view.money.unpriced}
            days={view.money_days.map((day) => ({
              day: day.day,
              list: day.list_nano_usd,
              paid: day.paid_nano_usd,
            }))}
          />
          <p className="hint mt-1.5 px-1">
            Counted by whole days.{' '}
            <Link className="link" to="/settings/$section" params={{ section: 'costs' }}>
              By model, tag and day
            </Link>
          </p>
        </div>
      </div>
    </div>
  );
}
