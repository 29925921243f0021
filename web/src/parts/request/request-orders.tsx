import { Terminal } from 'lucide-react';
import type { RequestDetail } from '../../api/types.ts';
import { inWords } from '../../lib/tones.ts';
import { Button } from '../../ui/button.tsx';
import { notify } from '../../ui/notices.tsx';
import { OrderButton } from '../orders/order-button.tsx';
import { EditTarget } from './edit-target.tsx';

interface RequestOrdersProps {
  readonly request: RequestDetail;
  readonly onDeleted: () => Promise<void>;
}

export function RequestOrders({ request, onDeleted }: RequestOrdersProps) {
  const { custom_id: customId, state } = request;
  const path = `/api/requests/${encodeURIComponent(customId)}`;
  const name = customId.length > 60 ? `${customId.slice(0, 60)}…` : customId;
  const notPending =
    state === 'pending'
      ? null
      : `Only a request that has not been sent can be stopped. This one is ${inWords(state)}.`;
  return (
    <>
      <OrderButton
        order={{
          label: 'Redeliver',
          path: `${path}/redeliver`,
          main: true,
          refused: redeliverRefusal(request),
          done: `The outcome of ${name} is on its way again.`,
        }}
      />
      <EditTarget request={request} />
      <Button onClick={() => void copyCurl(request)}>
        <Terminal size={14} aria-hidden="true" />
        Copy as curl
      </Button>
      <OrderButton
        order={{
          label: 'Cancel',
          path: `${path}/cancel`,
          danger: true,
          refused: notPending,
          confirm: {
            title: 'Cancel this request?',
            text: `${name} ends as cancelled, and is delivered as such.`,
            yes: 'Cancel the request',
          },
          done: `${name} is cancelled.`,
        }}
      />
      <OrderButton
        order={{
          label: 'Delete',
          method: 'DELETE',
          path,
          danger: true,
          refused: notPending,
          confirm: {
            title: 'Delete this request?',
            text: `${name} is removed as if it had never come. This cannot be undone.`,
            yes: 'Delete the request',
          },
          done: `${name} is deleted.`,
          onDone: onDeleted,
        }}
      />
    </>
  );
}

function redeliverRefusal({ outcome, delivery_config: config, state, next_attempt_at: next }: RequestDetail) {
  if (config.type === 'none') return 'Its delivery type is none: the outcome is fetched.';
  if (outcome === null) return 'There is no outcome yet.';
  return state === 'delivering' && next === null ? 'It is being sent right now.' : null;
}

/** The request as it was posted, to send it again elsewhere. */
async function copyCurl(request: RequestDetail): Promise<void> {
  const answer = await fetch(`/api/console/requests/${request.id}/body`);
  if (!answer.ok) return notify('bad', 'The payload is no longer kept, so there is nothing to copy.');
  const head = JSON.stringify({
    custom_id: request.custom_id,
    url: request.url,
    method: 'POST',
    delivery_config: request.delivery_config,
    ...(request.tag === null ? {} : { tag: request.tag }),
    ...(request.metadata === null ? {} : { metadata: request.metadata }),
  });
  const post = `${head.slice(0, -1)},"body":${await answer.text()}}`;
  const quoted = post.replaceAll("'", `'\\''`);
  await navigator.clipboard?.writeText(
    `curl -X POST ${window.location.origin}/api/requests -H 'content-type: application/json' -d '${quoted}'`,
  );
  notify('good', 'Copied as curl.');
}
