import { Link } from '@tanstack/react-router';
import type { Batch } from '../../api/types.ts';
import { count } from '../../lib/numbers.ts';
import { FactList } from '../../ui/facts.tsx';
import { Meter } from '../../ui/meter.tsx';
import { deliveryParts, inParts, resultParts } from './result-bar.tsx';

/** How far OpenAI says it is; its counts steer nothing. */
function Reported({ batch }: { readonly batch: Batch }) {
  const { openai_requests_total: total, openai_requests_completed: completed } = batch;
  if (total === null || total === 0) return null;
  const failed = batch.openai_requests_failed ?? 0;
  const parts = [
    { name: 'completed', value: completed ?? 0, color: 'var(--tone-moving)' },
    { name: 'failed', value: failed, color: 'var(--tone-bad)' },
    {
      name: 'to run',
      value: Math.max(0, total - (completed ?? 0) - failed),
      color: 'var(--color-base-300)',
      hollow: true,
    },
  ];
  return (
    <div className="mt-3">
      <Meter parts={parts} label={inParts(parts)} />
      <p className="hint mt-1.5">OpenAI reports {inParts(parts)}</p>
    </div>
  );
}

/** Results and hand-over as bars, and whether every line of the file is accounted for. */
export function Reconciliation({ batch }: { readonly batch: Batch }) {
  const results = resultParts(batch);
  const deliveries = deliveryParts(batch);
  const read = batch.output_lines !== null;
  const found = (batch.output_lines ?? 0) + (batch.error_lines ?? 0) + (batch.missing_lines ?? 0);
  return (
    <div className="panel grid gap-4 content-start">
      <div>
        <h2 className="mb-1.5">Results</h2>
        <Meter parts={results} label={inParts(results)} height={14} />
        <p className="hint mt-1.5">{inParts(results)}</p>
        {batch.failed_count > 0 && (
          <Link
            className="link text-[0.86rem]"
            to="/requests"
            search={{ batch: String(batch.id), outcome: 'failed' }}
          >
            Which failed
          </Link>
        )}
        {batch.state === 'openai_processing' && <Reported batch={batch} />}
      </div>
      <div>
        <h2 className="mb-1.5">Delivery</h2>
        <Meter parts={deliveries} label={inParts(deliveries)} height={14} />
        <p className="hint mt-1.5">
          {deliveries.every(({ value }) => value === 0) ? 'nothing handed over yet' : inParts(deliveries)}
        </p>
        {batch.delivery_failed_count > 0 && (
          <Link
            className="link text-[0.86rem]"
            to="/requests"
            search={{ batch: String(batch.id), state: 'delivery_failed' }}
          >
            Which were not delivered
          </Link>
        )}
      </div>
      {read && (
        <div>
          <h2 className="mb-1.5">Lines of its files</h2>
          <FactList
            facts={[
              ['Sent', count(batch.sent_count ?? 0)],
              ['Output', count(batch.output_lines ?? 0)],
              ['Error', count(batch.error_lines ?? 0)],
              ['Missing', count(batch.missing_lines ?? 0)],
              [
                'Adds up',
                found === batch.sent_count ? (
                  'yes: sent = output + error + missing'
                ) : (
                  <span key="n" className="text-bad">
                    no: {count(found)} accounted for
                  </span>
                ),
              ],
            ]}
          />
        </div>
      )}
    </div>
  );
}
