import { Link } from '@tanstack/react-router';
import type { BatchDetail } from '../../api/types.ts';
import { useSession } from '../../api/use-session.ts';
import { bytes, count } from '../../lib/numbers.ts';
import { CopyButton } from '../../ui/copy-text.tsx';
import { FactList } from '../../ui/facts.tsx';
import { When } from '../../ui/when.tsx';
import { Paid } from './columns.tsx';

/** An id that somebody else gave, to copy. */
export function ForeignId({ id, what }: { readonly id: string | null; readonly what: string }) {
  if (id === null) return <span className="text-muted">–</span>;
  return (
    <span className="inline-flex items-center gap-1 min-w-0 max-w-full">
      <span className="mono truncate" title={id}>
        {id}
      </span>
      <CopyButton text={id} what={what} />
    </span>
  );
}

/** The batch in OpenAI's own console as well, where it is OpenAI that runs it. */
function AtOpenAI({ id }: { readonly id: string | null }) {
  const there = useSession()?.openai_console ?? null;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 max-w-full">
      <ForeignId id={id} what="OpenAI batch id" />
      {id !== null && there !== null && (
        <a className="link" href={`${there}/batches/${id}`} target="_blank" rel="noreferrer">
          open there
        </a>
      )}
    </span>
  );
}

export function BatchFacts({ batch }: { readonly batch: BatchDetail }) {
  const { openai_requests_total: total, openai_requests_completed: completed } = batch;
  return (
    <div className="panel">
      <h2 className="mb-2.5">Facts</h2>
      <FactList
        facts={[
          ['Model', <span key="m">{batch.model}</span>],
          ['Endpoint', batch.endpoint],
          [
            'Requests',
            `${count(batch.request_count)}${batch.sent_count === null || batch.openai_input_file_id === null ? '' : `, ${count(batch.sent_count)} in its file`}`,
          ],
          ['File', bytes(batch.size_bytes)],
          ['Paid', <Paid key="p" batch={batch} />],
          [
            'Created',
            <span key="c">
              <When at={batch.created_at} />
              {batch.close_reason ? `, closed: ${batch.close_reason.replaceAll('_', ' ')}` : ''}
            </span>,
          ],
          ['At OpenAI', <AtOpenAI key="b" id={batch.openai_batch_id} />],
          [
            'OpenAI says',
            batch.openai_status === null ? (
              '–'
            ) : (
              <span key="s">
                {batch.openai_status}
                {total !== null && `, ${count(completed ?? 0)} of ${count(total)} done`}
              </span>
            ),
          ],
          ['Last checked', <When key="l" at={batch.openai_status_last_checked_at} />],
          ...(batch.successor_of === null
            ? []
            : ([
                [
                  'Successor of',
                  <Link
                    key="u"
                    className="link"
                    to="/batches/$id"
                    params={{ id: String(batch.successor_of) }}
                  >
                    batch {batch.successor_of}
                  </Link>,
                ],
              ] as const)),
        ]}
      />
    </div>
  );
}
