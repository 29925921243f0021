/** Health at a glance: each light has its word, and grey where nothing is known. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { overviewQuery } from '../../api/queries.ts';
import type { ActivityView } from '../../api/types.ts';
import { When } from '../../ui/when.tsx';
import { BrokerLight } from './broker-light.tsx';
import { Light } from './light.tsx';

/** Standing work that no driver should leave for long. */
const waitingStates = new Set([
  'uploading',
  'uploaded',
  'waiting_for_capacity',
  'openai_completed',
  'downloading',
]);

export function Lights() {
  const overview = useQuery(overviewQuery('24h'));
  const activity = useQuery({
    queryKey: ['activity'],
    queryFn: ({ signal }) => call<ActivityView>('/api/console/activity', { signal }),
    refetchInterval: 30_000,
  });
  const { lostAt } = useLive();
  const waiting = overview.data?.stages.filter((stage) => waitingStates.has(stage.state) && stage.oldest_at);
  const oldest = waiting?.map(({ oldest_at }) => oldest_at ?? '').sort()[0];
  const troubled = activity.data?.troubled.length ?? 0;
  const lost = lostAt !== null;
  return (
    <ul className="grid gap-1 text-[0.86rem] text-muted px-2.5" aria-label="Health">
      <Light tone={lost ? 'bad' : activity.data ? 'good' : 'quiet'}>
        {lost ? 'Connection lost' : `Database ${activity.data?.database ?? '…'}`}
      </Light>
      <Light tone={troubled > 0 ? 'watch' : activity.data ? 'good' : 'quiet'}>
        <Link to="/activity" className="hover:underline">
          {troubled > 0 ? `${troubled} with failed tries` : 'No failed tries'}
        </Link>
      </Light>
      <BrokerLight />
      {activity.data?.intake.paused && <Light tone="watch">Intake is paused</Light>}
      {activity.data?.intake.disk_low && <Light tone="bad">Disk nearly full</Light>}
      <Light tone={oldest ? 'waiting' : 'good'}>
        {oldest ? (
          <span>
            Oldest waits <When at={oldest} bare />
          </span>
        ) : (
          'Nothing waits'
        )}
      </Light>
    </ul>
  );
}
