import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import type { Destination, TestResult } from '../../api/types.ts';
import { useReaderRefusal } from '../../api/use-session.ts';
import { duration } from '../../lib/time.ts';
import { Button } from '../../ui/button.tsx';
import { CopyText } from '../../ui/copy-text.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { notify } from '../../ui/notices.tsx';
import { OrderButton } from '../orders/order-button.tsx';
import { Recover } from './recover.tsx';

export function DestinationOrders({ destination }: { readonly destination: Destination }) {
  const { id, address, paused_at, health } = destination;
  const path = `/api/destinations/${id}`;
  const open = health.breaker === 'open';
  return (
    <>
      <Recover destination={destination} />
      <OrderButton
        order={{
          label: 'Send test',
          path: `${path}/test`,
          body: {},
          done: (answer) => toldTest(answer as TestResult, address),
        }}
      />
      {paused_at === null ? (
        <OrderButton
          order={{
            label: 'Pause',
            path: `${path}/pause`,
            danger: true,
            confirm: {
              title: 'Pause this destination?',
              text: `Nothing more is sent to ${address}. Outcomes wait, and nothing is lost.`,
              yes: 'Pause',
            },
            done: `${address} is paused.`,
          }}
        />
      ) : (
        <OrderButton
          order={{
            label: 'Resume',
            path: `${path}/resume`,
            main: true,
            done: `${address} is sent to again.`,
          }}
        />
      )}
      {open ? (
        <OrderButton
          order={{
            label: 'Close breaker',
            path: `${path}/close-breaker`,
            main: true,
            done: `Everything that waits for ${address} is sent now.`,
          }}
        />
      ) : (
        <OrderButton
          order={{
            label: 'Open breaker',
            path: `${path}/open-breaker`,
            danger: true,
            confirm: {
              title: 'Open the breaker?',
              text: `Nothing but probes is sent to ${address}; the first that succeeds closes it again.`,
              yes: 'Open the breaker',
            },
            done: `The breaker of ${address} is open.`,
          }}
        />
      )}
      {destination.type === 'webhook' && <Rotate destination={destination} />}
    </>
  );
}

function toldTest({ outcome, status_code, duration_ms, error_msg }: TestResult, address: string): string {
  if (outcome === 'success')
    return `${address} took the test: ${status_code ?? 'accepted'} in ${duration(duration_ms)}.`;
  return `${address} did not take the test: ${error_msg ?? outcome.replaceAll('_', ' ')}`;
}

/** The new secret is shown once, so it stays until it is put away. */
function Rotate({ destination }: { readonly destination: Destination }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const rotate = useMutation({
    mutationFn: () =>
      call<{ secret: string }>(`/api/destinations/${destination.id}/rotate-secret`, {
        method: 'POST',
        body: {},
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['destinations'] }),
    onError: (error) => notify('bad', error.message),
  });
  const close = () => {
    setAsking(false);
    rotate.reset();
  };
  return (
    <>
      <Button refused={useReaderRefusal()} onClick={() => setAsking(true)}>
        Rotate secret
      </Button>
      {asking && (
        <Dialog title="Rotate the signing secret" onClose={close}>
          {rotate.data ? (
            <>
              <p className="mb-2">The new secret of {destination.address}. It is shown this once.</p>
              <CopyText text={rotate.data.secret} what="secret" />
              <div className="flex justify-end mt-4">
                <Button look="main" onClick={close}>
                  Put away
                </Button>
              </div>
            </>
          ) : (
            <>
              <p className="mb-5">
                {destination.address} gets a secret of its own. For a day, messages are signed with the old
                one as well, so that the receiver can change over.
              </p>
              <div className="flex gap-2 justify-end">
                <Button onClick={close}>Keep the old one</Button>
                <Button look="main" busy={rotate.isPending} onClick={() => rotate.mutate()}>
                  Make a new secret
                </Button>
              </div>
            </>
          )}
        </Dialog>
      )}
    </>
  );
}
