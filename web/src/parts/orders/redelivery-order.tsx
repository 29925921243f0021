import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import { plural } from '../../lib/numbers.ts';
import { Button } from '../../ui/button.tsx';
import { OrderButton } from './order-button.tsx';

interface Props {
  /** Body of POST /api/redeliveries, without `dry_run`. */
  readonly order: Readonly<Record<string, unknown>>;
  /** What the counted outcomes did: `match`, `failed`. */
  readonly verb: string;
  /** Whose they are, behind their number: ` of https://…`. */
  readonly whose?: string;
  readonly onClose: () => void;
}

/** The end of a dialog that delivers again: what it would be is counted first, then ordered. */
export function RedeliveryOrder({ order, verb, whose = '', onClose }: Props) {
  const { data, error } = useQuery({
    queryKey: ['redelivery-count', order],
    queryFn: () =>
      call<{ count: number; more: boolean }>('/api/redeliveries', {
        method: 'POST',
        body: { ...order, dry_run: true },
      }),
  });
  const found = data ? `${data.more ? 'more than ' : ''}${plural(data.count, 'outcome')}` : null;
  return (
    <>
      <p className="mb-5 min-h-6" role="status">
        {error ? error.message : found === null ? 'Counting…' : `${found} ${verb}.`}
      </p>
      <div className="flex gap-2 justify-end">
        <Button onClick={onClose}>Leave it</Button>
        <OrderButton
          order={{
            label: found === null ? 'Deliver again' : `Deliver ${found} again`,
            path: '/api/redeliveries',
            body: order,
            main: true,
            refused: data && data.count > 0 ? null : 'There is nothing to deliver again.',
            done: `${found}${whose} are delivered again.`,
            onDone: onClose,
          }}
        />
      </div>
    </>
  );
}
