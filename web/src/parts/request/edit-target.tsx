/** Sends the outcome of one request elsewhere, from the next attempt on. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { useHold } from '../../api/live.ts';
import type { RequestDetail } from '../../api/types.ts';
import { useReaderRefusal } from '../../api/use-session.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { notify } from '../../ui/notices.tsx';

type Config = RequestDetail['delivery_config'];

/** What a person chooses from; a broker's exchange and its queue are the same type to the API. */
const kinds = {
  webhook: 'a webhook',
  queue: 'a queue of RabbitMQ',
  exchange: 'an exchange of RabbitMQ',
  none: 'nobody: it is fetched',
} as const;
type Kind = keyof typeof kinds;

interface Draft {
  readonly kind: Kind;
  readonly url: string;
  readonly queue: string;
  readonly exchange: string;
  readonly key: string;
  /** What its producer wants sent with a message; kept. */
  readonly headers: Config['rabbitmq_headers'];
}

function draftOf(config: Config): Draft {
  return {
    kind:
      config.type === 'rabbitmq'
        ? config.rabbitmq_exchange === undefined
          ? 'queue'
          : 'exchange'
        : config.type,
    url: config.webhook_url ?? '',
    queue: config.rabbitmq_queue ?? '',
    exchange: config.rabbitmq_exchange ?? '',
    key: config.rabbitmq_routing_key ?? '',
    headers: config.rabbitmq_headers,
  };
}

function configOf({ kind, url, queue, exchange, key, headers }: Draft): Config {
  const kept = headers && { rabbitmq_headers: headers };
  switch (kind) {
    case 'webhook':
      return { type: 'webhook', webhook_url: url };
    case 'queue':
      return { type: 'rabbitmq', rabbitmq_queue: queue, ...kept };
    case 'exchange':
      return { type: 'rabbitmq', rabbitmq_exchange: exchange, rabbitmq_routing_key: key, ...kept };
    case 'none':
      return { type: 'none' };
  }
}

export function EditTarget({ request }: { readonly request: RequestDetail }) {
  const [open, setOpen] = useState(false);
  useHold(open);
  return (
    <>
      <Button refused={useReaderRefusal()} onClick={() => setOpen(true)}>
        Edit target
      </Button>
      {open && <TargetDialog request={request} onClose={() => setOpen(false)} />}
    </>
  );
}

function TargetDialog({ request, onClose }: { request: RequestDetail; onClose: () => void }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(request.delivery_config));
  const set = (name: keyof Draft) => (value: string) => setDraft((now) => ({ ...now, [name]: value }));
  const save = useMutation({
    mutationFn: () =>
      call(`/api/requests/${encodeURIComponent(request.custom_id)}`, {
        method: 'PATCH',
        body: { delivery_config: configOf(draft) },
      }),
    onSuccess: () => {
      notify('good', 'Saved; the next attempt goes there.');
      onClose();
    },
    onSettled: () => client.invalidateQueries(),
  });
  return (
    <Dialog title="Edit target" onClose={onClose}>
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <p className="text-muted">
          The next attempt goes there. Attempts that were made keep what they were sent to.
        </p>
        <label className="grid gap-1">
          The outcome goes to
          <select
            className="select select-sm w-full"
            value={draft.kind}
            onChange={(event) => set('kind')(event.target.value)}
          >
            {Object.entries(kinds).map(([kind, words]) => (
              <option key={kind} value={kind} disabled={kind === 'none' && mustGoOn(request)}>
                {words}
              </option>
            ))}
          </select>
        </label>
        {draft.kind === 'webhook' && (
          <Field
            label="URL"
            type="url"
            pattern="https?://.+"
            title="An http or https URL"
            required
            maxLength={2_048}
            value={draft.url}
            onChange={set('url')}
          />
        )}
        {draft.kind === 'queue' && (
          <Field label="Queue" required maxLength={255} value={draft.queue} onChange={set('queue')} />
        )}
        {draft.kind === 'exchange' && (
          <>
            <Field
              label="Exchange"
              required
              maxLength={255}
              value={draft.exchange}
              onChange={set('exchange')}
            />
            <Field label="Routing key" maxLength={255} value={draft.key} onChange={set('key')} />
          </>
        )}
        <p className="text-bad min-h-6 break-words" role="alert">
          {save.error?.message}
        </p>
        <div className="flex gap-2 justify-end">
          <Button onClick={onClose}>Keep as it is</Button>
          <Button type="submit" look="main" busy={save.isPending}>
            Save the target
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** An outcome that is on its way cannot go to nobody any more. */
function mustGoOn({ outcome, delivery_config: config }: RequestDetail): boolean {
  return outcome !== null && config.type !== 'none';
}
