/** What was asked, what came back, did it arrive? */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ApiError, call } from '../api/client.ts';
import { useLookEvery } from '../api/live.ts';
import type { RequestDetail } from '../api/types.ts';
import { useKeys } from '../lib/keyboard.ts';
import { useLeaving } from '../lib/leaving.ts';
import { outcomeTones, toneColor } from '../lib/tones.ts';
import { Attempts } from '../parts/request/attempts.tsx';
import { Payload } from '../parts/request/payload.tsx';
import { RequestFacts, UsageFacts } from '../parts/request/request-facts.tsx';
import { RequestOrders } from '../parts/request/request-orders.tsx';
import { RequestTrack } from '../parts/request/request-track.tsx';
import { OutcomeWord, RequestBadge } from '../parts/state-badge.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { PageHead } from '../ui/page-head.tsx';

const route = getRouteApi('/requests/$id');

export function RequestPage() {
  const { id } = route.useParams();
  const navigate = route.useNavigate();
  const lookEvery = useLookEvery();
  const { left, leave } = useLeaving(() => navigate({ to: '/requests' }));
  const asked = useQuery({
    queryKey: ['request', id],
    queryFn: ({ signal }) =>
      call<RequestDetail>(`/api/console/requests/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: lookEvery,
    enabled: !left,
  });
  useKeys({
    Escape: () => void navigate({ to: '/requests' }),
    c: () => void navigator.clipboard?.writeText(asked.data?.custom_id ?? ''),
    '.': () => document.querySelector<HTMLElement>('[data-orders] button')?.focus(),
  });
  if (left) return null;
  if (asked.error instanceof ApiError && (asked.error.status === 404 || asked.error.status === 422)) {
    return (
      <>
        <PageHead title="Request" />
        <Empty
          kind="no_match"
          title={asked.data ? 'This request has just been deleted' : `There is no request ${id}`}
        >
          <Link className="link" to="/requests">
            All requests
          </Link>
        </Empty>
      </>
    );
  }
  return (
    <Loaded asked={asked} what="the request" rows={12}>
      {(request) => <RequestShown request={request} onDeleted={leave} />}
    </Loaded>
  );
}

interface RequestShownProps {
  readonly request: RequestDetail;
  readonly onDeleted: () => Promise<void>;
}

function RequestShown({ request, onDeleted }: RequestShownProps) {
  const path = `/api/console/requests/${request.id}`;
  return (
    <>
      <PageHead
        title={request.custom_id}
        tab={request.custom_id.slice(0, 60)}
        actions={
          <span className="contents" data-orders="">
            <RequestOrders request={request} onDeleted={onDeleted} />
          </span>
        }
      >
        <RequestBadge request={request} />
        {request.outcome !== null && (
          <span>
            call <OutcomeWord outcome={request.outcome} />
          </span>
        )}
      </PageHead>
      <RequestTrack request={request} />
      {request.error_msg !== null && (
        <p
          className="rounded-md border-l-4 bg-base-200 px-4 py-2 mb-3 break-words"
          style={{ borderLeftColor: toneColor(outcomeTones[request.outcome ?? 'failed']) }}
          role="note"
        >
          <span className="mono">{request.error_code}</span>: {request.error_msg}
        </p>
      )}
      <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
        <RequestFacts request={request} />
        <UsageFacts request={request} />
        <section className="panel">
          <h2 className="mb-2.5">Delivery attempts</h2>
          <Attempts request={request} />
        </section>
      </div>
      <div className="grid gap-4 mt-4 lg:grid-cols-2">
        <Payload
          title="What was asked"
          path={`${path}/body`}
          size={request.request_payload_size}
          version="1"
        />
        {request.outcome === null ? (
          <section>
            <h2 className="mb-1.5">What came back</h2>
            <p className="text-muted">Nothing yet.</p>
          </section>
        ) : (
          <Payload
            key={request.outcome_at}
            title="What came back"
            path={`${path}/result`}
            size={request.result_bytes}
            version={request.outcome_at ?? ''}
          />
        )}
      </div>
    </>
  );
}
