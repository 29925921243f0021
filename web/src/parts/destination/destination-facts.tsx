import type { DestinationDetail } from '../../api/types.ts';
import { count, plural } from '../../lib/numbers.ts';
import { duration } from '../../lib/time.ts';
import { FactList } from '../../ui/facts.tsx';
import { When } from '../../ui/when.tsx';

function bounded({ count: n, more }: { readonly count: number; readonly more: boolean }): string {
  return `${count(n)}${more ? '+' : ''}`;
}

export function HealthFacts({ destination }: { readonly destination: DestinationDetail }) {
  const { health } = destination;
  return (
    <section className="panel">
      <h2 className="mb-2.5">Health</h2>
      <FactList
        facts={[
          ['Breaker', health.breaker],
          ...(health.breaker === 'open'
            ? ([
                ['Open since', <When key="o" at={health.breaker_opened_at} />],
                ['Next probe', <When key="n" at={health.next_probe_at} />],
              ] as const)
            : []),
          ['Failing since', <When key="f" at={health.failing_since} none="not failing" />],
          ['In a row', plural(health.failures_in_a_row, 'failure')],
          ['Last success', <When key="s" at={health.last_success_at} none="never" />],
          ['Last failure', <When key="l" at={health.last_failure_at} none="never" />],
          ...(health.last_error === null
            ? []
            : ([
                [
                  'It said',
                  <span key="e" className="break-words">
                    {health.last_error}
                  </span>,
                ],
              ] as const)),
          ['On the way', bounded(destination.delivering)],
          ['Not delivered', bounded(destination.delivery_failed)],
          [
            'Attempts ever',
            `${count(health.success_count)} succeeded, ${count(health.failure_count)} failed`,
          ],
        ]}
      />
    </section>
  );
}

export function PolicyFacts({ destination }: { readonly destination: DestinationDetail }) {
  const { policy, own_policy: own } = destination;
  const from = (name: string) => (own.includes(name) ? 'set here' : 'default');
  const line = (name: string, value: string) => (
    <span>
      {value} <span className="text-muted">({from(name)})</span>
    </span>
  );
  return (
    <section className="panel">
      <h2 className="mb-2.5">Policy</h2>
      <FactList
        facts={[
          ['Attempts', line('schedule_ms', String(policy.schedule_ms.length))],
          ['Pauses', policy.schedule_ms.map((ms) => (ms === 0 ? 'at once' : duration(ms))).join(', ')],
          ['In flight', line('concurrency', `at most ${count(policy.concurrency)}`)],
          [
            'Rate',
            line('rate_per_s', policy.rate_per_s === null ? 'no limit' : `${policy.rate_per_s} a second`),
          ],
          ['Connects within', line('connect_timeout_ms', duration(policy.connect_timeout_ms))],
          ['Answers within', line('answer_timeout_ms', duration(policy.answer_timeout_ms))],
          ['Breaker', policy.breaker === 'auto' ? 'opens by itself' : 'never opens by itself'],
          ['Own headers', destination.header_names.join(', ') || 'none'],
          ['Authorization', destination.authorization ?? 'none'],
          ['Signed with', destination.own_secret ? 'a secret of its own' : 'the secret of the installation'],
          ...(destination.secret_overlap_until === null
            ? []
            : ([['Old secret until', <When key="u" at={destination.secret_overlap_until} />]] as const)),
          [
            'Edited',
            destination.updated_at === null ? (
              'never'
            ) : (
              <span key="u">
                <When at={destination.updated_at} /> by {destination.updated_by}
              </span>
            ),
          ],
        ]}
      />
    </section>
  );
}
