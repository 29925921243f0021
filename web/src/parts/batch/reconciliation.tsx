import type { Batch } from '../../api/types.ts';
import { count } from '../../lib/numbers.ts';
import { FactList } from '../../ui/facts.tsx';
import { Meter } from '../../ui/meter.tsx';
import { deliveryParts, inParts, resultParts } from './result-bar.tsx';

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
      </div>
      <div>
        <h2 className="mb-1.5">Delivery</h2>
        <Meter parts={deliveries} label={inParts(deliveries)} height={14} />
        <p className="hint mt-1.5">
          {deliveries.every(({ value }) => value === 0) ? 'nothing handed over yet' : inParts(deliveries)}
        </p>
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
