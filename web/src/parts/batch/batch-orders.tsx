/** What may be ordered of a batch, from the same move table as the API's refusals. */
import { deletableStates, mayMove } from '../../../../core/batch.ts';
import type { Batch } from '../../api/types.ts';
import { plural } from '../../lib/numbers.ts';
import { inWords } from '../../lib/tones.ts';
import { type Order, OrderButton } from '../orders/order-button.tsx';

/** In the order of use; each says why it cannot be given now. */
export function batchOrders(batch: Batch, onDeleted?: Order['onDone']): Order[] {
  const path = `/api/batches/${batch.id}`;
  const name = `batch ${batch.id}`;
  const { failed, all } = redeliveries(batch);
  return [
    {
      label: 'Upload now',
      path: `${path}/upload`,
      main: true,
      refused: refusal(
        batch,
        'close',
        batch.state === 'building' ? 'It is still empty.' : 'Only an open batch can be uploaded by hand.',
      ),
      done: `Batch ${batch.id} is closed and will be uploaded.`,
    },
    ...(batch.condition === 'vanished'
      ? [
          {
            label: 'Resubmit',
            path: `${path}/resubmit`,
            refused: (batch.moves as readonly string[]).includes('resubmit')
              ? null
              : 'It is being sent again already.',
            confirm: {
              title: `Send ${name} again?`,
              text: `${plural(batch.request_count, 'request')} run at OpenAI once more. What the lost batch may have cost is paid twice.`,
              yes: `Send ${name} again`,
            },
            done: `Batch ${batch.id} is sent again.`,
          },
        ]
      : []),
    {
      label: 'Restart',
      path: `${path}/restart`,
      refused: restartRefusal(batch),
      confirm: {
        title: `Restart ${name}?`,
        text: 'Its requests that ended only because the batch failed are sent again, as a new batch at OpenAI.',
        yes: `Restart ${name}`,
      },
      done: `Batch ${batch.id} is being restarted.`,
    },
    {
      label: 'Redeliver failed',
      path: `${path}/redeliver?which=failed`,
      refused: failed,
      confirm: {
        title: `Redeliver ${plural(batch.delivery_failed_count, 'outcome')} of ${name}?`,
        text: 'Each goes to its destination again, under the same delivery id.',
        yes: `Redeliver ${plural(batch.delivery_failed_count, 'outcome')}`,
      },
      done: toldRedelivered,
    },
    {
      label: 'Redeliver all',
      path: `${path}/redeliver?which=all`,
      refused: all,
      confirm: {
        title: `Redeliver everything of ${name}?`,
        text: `${plural(batch.delivered_count + batch.delivery_failed_count, 'outcome')} go to their destinations once more, also those that were taken before. Receivers tell repeats by the delivery id.`,
        yes: 'Redeliver all',
      },
      done: toldRedelivered,
    },
    cancelOrder(batch, path),
    deleteOrder(batch, path, onDeleted),
  ];
}

function toldRedelivered(answer: unknown): string {
  const { id, matching } = answer as { id: number; matching: number };
  return `${plural(matching, 'outcome')} to be delivered again: redelivery ${id}.`;
}

function refusal(batch: Batch, move: 'close' | 'cancel' | 'restart', why: string): string | null {
  if ((batch.moves as readonly string[]).includes(move)) return null;
  return mayMove(batch.state, move) ? why : `${why} This one is ${inWords(batch.state)}.`;
}

function restartRefusal(batch: Batch): string | null {
  if (batch.restart_requested_at) return 'It is being restarted already.';
  const why = 'It is still being settled.';
  return refusal(batch, 'restart', batch.state === 'failed' ? why : 'Only a failed batch can be restarted.');
}

function redeliveries(batch: Batch): { failed: string | null; all: string | null } {
  const taken = batch.delivered_count + batch.delivery_failed_count;
  return {
    failed: batch.delivery_failed_count > 0 ? null : 'No delivery of this batch has failed.',
    all: taken > 0 ? null : 'Nothing of this batch has been delivered yet.',
  };
}

function cancelOrder(batch: Batch, path: string): Order {
  const running = batch.state === 'openai_processing';
  return {
    label: 'Cancel',
    path: `${path}/cancel`,
    danger: true,
    refused: refusal(
      batch,
      'cancel',
      batch.cancel_requested_at ? 'It is being cancelled already.' : 'It is too late to cancel.',
    ),
    confirm: {
      title: `Cancel batch ${batch.id}?`,
      text: `${plural(batch.request_count, 'request')} for ${batch.model} ${running ? 'stop; what OpenAI has finished is still billed and delivered' : 'end as cancelled, and are delivered as such'}.`,
      yes: `Cancel ${plural(batch.request_count, 'request')}`,
    },
    done: `Batch ${batch.id} is being cancelled.`,
  };
}

function deleteOrder(batch: Batch, path: string, onDeleted: Order['onDone']): Order {
  const open = batch.delivering_count + batch.delivery_failed_count;
  return {
    label: 'Delete',
    method: 'DELETE',
    path: open > 0 ? `${path}?undelivered=true` : path,
    danger: true,
    refused: deleteRefusal(batch),
    confirm: {
      title: `Delete batch ${batch.id}?`,
      text: `${plural(batch.request_count, 'request')} with their results and attempts are removed here, and its files at OpenAI.${open > 0 ? ` ${plural(open, 'outcome')} of it never reached a receiver, and will not.` : ''} This cannot be undone.`,
      yes: `Delete ${plural(batch.request_count, 'request')}`,
    },
    done: `Batch ${batch.id} is deleted.`,
    ...(onDeleted ? { onDone: onDeleted } : {}),
  };
}

function deleteRefusal(batch: Batch): string | null {
  if (batch.restart_requested_at) return 'It is being restarted.';
  if ((deletableStates as readonly string[]).includes(batch.state)) return null;
  return `Only a batch that has all its outcomes can be deleted. This one is ${inWords(batch.state)}.`;
}

export function BatchOrders({ batch, onDeleted }: { batch: Batch; onDeleted: Order['onDone'] }) {
  return batchOrders(batch, onDeleted).map((order) => <OrderButton key={order.label} order={order} />);
}
