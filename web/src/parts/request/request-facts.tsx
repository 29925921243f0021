import { Link } from '@tanstack/react-router';
import type { RequestDetail } from '../../api/types.ts';
import { bytes, count, money } from '../../lib/numbers.ts';
import { targetOf } from '../../lib/target.ts';
import { FactList } from '../../ui/facts.tsx';
import { When } from '../../ui/when.tsx';

export function RequestFacts({ request }: { readonly request: RequestDetail }) {
  const { delivery_config: config } = request;
  const target = targetOf(config);
  return (
    <section className="panel">
      <h2 className="mb-2.5">Facts</h2>
      <FactList
        facts={[
          [
            'Batch',
            <Link key="b" className="link mono" to="/batches/$id" params={{ id: String(request.batch_id) }}>
              {request.batch_id}
            </Link>,
          ],
          ...(request.runs.length === 0
            ? []
            : ([
                ['Was in', request.runs.map(({ batch_id, ended }) => `${batch_id} (${ended})`).join(', ')],
              ] as const)),
          ['Model', request.model],
          ['Endpoint', request.url],
          ['Tag', <bdi key="t">{request.tag ?? '–'}</bdi>],
          ...Object.entries(request.metadata ?? {}).map(
            ([name, value]) => [`metadata ${name}`, <bdi key={name}>{value}</bdi>] as const,
          ),
          ['Delivery', config.type],
          ...(target === null
            ? []
            : ([
                [
                  'To',
                  <span key="d" className="mono break-all">
                    {target}
                  </span>,
                ],
              ] as const)),
          ...Object.entries(('rabbitmq_headers' in config && config.rabbitmq_headers) || {}).map(
            ([name, value]) => [`header ${name}`, <bdi key={`h${name}`}>{value}</bdi>] as const,
          ),
          ['Calls used', count(request.call_tries)],
          ['Line', bytes(request.request_payload_size)],
          ['Created', <When key="c" at={request.created_at} />],
          ['Outcome', <When key="o" at={request.outcome_at} none="not yet" />],
          ['Changed', <When key="u" at={request.updated_at} />],
        ]}
      />
    </section>
  );
}

export function UsageFacts({ request }: { readonly request: RequestDetail }) {
  const { usage, cost } = request;
  return (
    <section className="panel">
      <h2 className="mb-2.5">Usage and cost</h2>
      <FactList
        facts={[
          ['Input, estimated', `${count(request.estimated_input_tokens)} tokens`],
          ...(usage === null
            ? ([['Reported', request.outcome === null ? 'nothing yet' : 'nothing']] as const)
            : ([
                [
                  'Input',
                  `${count(usage.input_tokens)} tokens${usage.cached_tokens > 0 ? `, ${count(usage.cached_tokens)} cached` : ''}`,
                ],
                [
                  'Output',
                  `${count(usage.output_tokens)} tokens${usage.reasoning_tokens > 0 ? `, ${count(usage.reasoning_tokens)} reasoning` : ''}`,
                ],
              ] as const)),
          ...(cost === null
            ? ([['Cost', usage === null ? '–' : 'this model has no known price']] as const)
            : ([
                ['List price', money(cost.list_nano_usd)],
                ['Paid', money(cost.paid_nano_usd)],
                ['Saved', money(cost.saved_nano_usd)],
              ] as const)),
        ]}
      />
    </section>
  );
}
