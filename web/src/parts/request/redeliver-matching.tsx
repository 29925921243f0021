/** Delivers everything again that the filter matches: counted first, then an order with a name, progress and an end. */
import { useState } from 'react';
import { useHold } from '../../api/live.ts';
import { useReaderRefusal } from '../../api/use-session.ts';
import type { RequestFilter } from '../../lib/search.ts';
import { Button } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { RedeliveryOrder } from '../orders/redelivery-order.tsx';

const which = { failed: 'What failed to arrive', all: 'Also what was delivered' } as const;

/** Why this filter cannot be ordered; null when it can. */
function refusalOf({ state, ...rest }: RequestFilter): string | null {
  if (state !== undefined && state !== 'delivery_failed') {
    return 'Only what was handed over can be delivered again: filter by another word, or by delivery_failed.';
  }
  return Object.keys(rest).length === 0 ? 'RequestFilter by something besides the state first.' : null;
}

export function RedeliverMatching({ filter }: { readonly filter: RequestFilter }) {
  const [open, setOpen] = useState(false);
  const reader = useReaderRefusal();
  useHold(open);
  if (Object.keys(filter).length === 0) return null;
  return (
    <>
      <Button refused={reader ?? refusalOf(filter)} onClick={() => setOpen(true)}>
        Redeliver all that match
      </Button>
      {open && <MatchingDialog filter={filter} onClose={() => setOpen(false)} />}
    </>
  );
}

function MatchingDialog({ filter, onClose }: { filter: RequestFilter; onClose: () => void }) {
  const [chosen, setChosen] = useState<keyof typeof which>('failed');
  const { state, batch, destination, ...rest } = filter;
  const order = {
    ...rest,
    ...(batch === undefined ? {} : { batch: Number(batch) }),
    ...(destination === undefined ? {} : { destination: Number(destination) }),
    which: chosen,
  };
  return (
    <Dialog title="Redeliver all that match" onClose={onClose}>
      <p className="mb-2 break-words">
        {Object.entries(filter).map(([name, value]) => (
          <bdi key={name} className="mono block">
            {name}: {value}
          </bdi>
        ))}
      </p>
      {state === undefined && (
        <div className="flex flex-wrap gap-1.5 mb-3" role="group" aria-label="Which">
          {(Object.keys(which) as (keyof typeof which)[]).map((one) => (
            <Chip key={one} on={one === chosen} onClick={() => setChosen(one)}>
              {which[one]}
            </Chip>
          ))}
        </div>
      )}
      <RedeliveryOrder order={order} verb="match" onClose={onClose} />
    </Dialog>
  );
}
