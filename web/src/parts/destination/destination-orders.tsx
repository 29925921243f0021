import type { Destination, TestResult } from '../../api/types.ts';
import { duration } from '../../lib/time.ts';
import { OrderButton } from '../orders/order-button.tsx';
import { EditCredentials } from './edit-credentials.tsx';
import { Recover } from './recover.tsx';
import { RotateSecret } from './rotate-secret.tsx';

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
      {destination.type === 'webhook' && <EditCredentials destination={destination} />}
      {destination.type === 'webhook' && <RotateSecret destination={destination} />}
    </>
  );
}

function toldTest({ outcome, status_code, duration_ms, error_msg }: TestResult, address: string): string {
  if (outcome === 'success')
    return `${address} took the test: ${status_code ?? 'accepted'} in ${duration(duration_ms)}.`;
  return `${address} did not take the test: ${error_msg ?? outcome.replaceAll('_', ' ')}`;
}
