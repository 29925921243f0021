/** One order: says why it is refused, asks where it cannot be undone, runs once over all open browsers. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { type Call, call } from '../../api/client.ts';
import { useHold, useLive } from '../../api/live.ts';
import { useReaderRefusal } from '../../api/use-session.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { notify } from '../../ui/notices.tsx';

export interface Order {
  readonly label: string;
  /** What a screen reader says, where the label alone does not tell which one. */
  readonly name?: string;
  readonly method?: Exclude<Call['method'], 'GET' | undefined>;
  readonly path: string;
  readonly body?: unknown;
  readonly refused?: string | null;
  readonly danger?: boolean;
  readonly main?: boolean;
  /** Asked first; the text says number and name. */
  readonly confirm?: { readonly title: string; readonly text: ReactNode; readonly yes: string };
  /** What is told when it was taken. */
  readonly done: string | ((answer: unknown) => string);
  readonly icon?: ReactNode;
  /** Runs before anything on the page is asked for anew; a page that it leaves asks for nothing any more. */
  readonly onDone?: () => void | Promise<void>;
}

export function OrderButton({ order }: { readonly order: Order }) {
  const [asking, setAsking] = useState(false);
  const { run, busy } = useOrder(order);
  const reader = useReaderRefusal();
  useHold(asking || busy);
  return (
    <>
      <Button
        look={order.danger ? 'danger' : order.main ? 'main' : 'plain'}
        refused={reader ?? order.refused ?? null}
        busy={busy}
        {...(order.name === undefined ? {} : { label: order.name })}
        onClick={() => (order.confirm ? setAsking(true) : run())}
      >
        {order.icon}
        {order.label}
        {busy && '…'}
      </Button>
      {asking && order.confirm && (
        <Dialog title={order.confirm.title} onClose={() => setAsking(false)}>
          <div className="mb-5">{order.confirm.text}</div>
          <div className="flex gap-2 justify-end">
            <Button onClick={() => setAsking(false)}>Keep as it is</Button>
            <Button
              look={order.danger ? 'danger' : 'main'}
              onClick={() => {
                setAsking(false);
                run();
              }}
            >
              {order.confirm.yes}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function useOrder(order: Order) {
  const client = useQueryClient();
  const { running } = useLive();
  const method = order.method ?? 'POST';
  const mutation = useMutation({
    mutationFn: () =>
      call<unknown>(order.path, { method, ...(order.body === undefined ? {} : { body: order.body }) }),
    onSuccess: async (answer) => {
      notify('good', typeof order.done === 'string' ? order.done : order.done(answer));
      await order.onDone?.();
    },
    onError: (error) => notify('bad', `${order.label}: ${error.message}`),
    onSettled: () => client.invalidateQueries(),
  });
  const busy = mutation.isPending || running.includes(`${method} ${order.path}`);
  return { run: () => mutation.mutate(), busy };
}
