/** Is the engine healthy, and what is each worker doing? */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { call } from '../api/client.ts';
import { useLookEvery } from '../api/live.ts';
import type { ActivityView } from '../api/types.ts';
import { duration } from '../lib/time.ts';
import { ActionList } from '../parts/activity/action-list.tsx';
import { DriverTable } from '../parts/activity/driver-table.tsx';
import { Orphans } from '../parts/activity/orphans.tsx';
import { Replicas } from '../parts/activity/replicas.tsx';
import { LeaseTable, TroubleTable } from '../parts/activity/work-tables.tsx';
import { OrderButton } from '../parts/orders/order-button.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { When } from '../ui/when.tsx';

const route = getRouteApi('/activity');

export function ActivityPage() {
  const { cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const lookEvery = useLookEvery();
  const asked = useQuery({
    queryKey: ['activity'],
    queryFn: ({ signal }) => call<ActivityView>('/api/console/activity', { signal }),
    refetchInterval: Math.min(lookEvery, 10_000),
  });
  return (
    <>
      <PageHead title="Activity" actions={<IntakeOrder paused={asked.data?.intake.paused ?? null} />} />
      <Loaded asked={asked} what="the activity">
        {(view) => (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
            <DriverTable drivers={view.drivers} />
            <TroubleTable rows={view.troubled} />
            <Orphans />
            <LeaseTable rows={view.leases} />
            <Replicas replicas={view.replicas} />
            <Sweeps view={view} />
          </div>
        )}
      </Loaded>
      <ActionList
        cursor={cursor}
        onCursor={(next) => void navigate({ search: next === null ? {} : { cursor: next } })}
      />
    </>
  );
}

function IntakeOrder({ paused }: { readonly paused: boolean | null }) {
  if (paused === null) return null;
  return (
    <OrderButton
      order={
        paused
          ? { label: 'Resume intake', path: '/api/intake/resume', main: true, done: 'Intake is open.' }
          : {
              label: 'Pause intake',
              path: '/api/intake/pause',
              danger: true,
              confirm: {
                title: 'Pause intake?',
                text: 'Producers are answered with 503 until it is resumed. What is stored goes on.',
                yes: 'Pause intake',
              },
              done: 'Intake is paused.',
            }
      }
    />
  );
}

function Sweeps({ view }: { readonly view: ActivityView }) {
  return (
    <section>
      <h2 className="mb-1">Schedules</h2>
      {view.sweeps.map((sweep) => (
        <p key={sweep.name} className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <span>
            {sweep.name}: {sweep.does}
          </span>
          <span className="text-muted">
            every {duration(sweep.every_ms)}, last <When at={sweep.last_at} none="not yet" />
            {sweep.last_ms !== null && ` (took ${duration(sweep.last_ms)})`}, next{' '}
            <When at={sweep.next_at} none="soon" />
          </span>
          <OrderButton
            order={{ label: 'Run now', path: '/api/console/sweeps/run', done: 'Upkeep runs now.' }}
          />
        </p>
      ))}
      <p className="hint mt-2">
        Answered by replica {view.replica}, database {view.database}.
      </p>
    </section>
  );
}
