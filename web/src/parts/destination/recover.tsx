/** Deliver again what failed since a time: counted first, then ordered. */
import { useState } from 'react';
import { useHold } from '../../api/live.ts';
import type { Destination } from '../../api/types.ts';
import { useReaderRefusal } from '../../api/use-session.ts';
import { serviceNow } from '../../lib/time.ts';
import { Button } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { RedeliveryOrder } from '../orders/redelivery-order.tsx';

const hour = 3_600_000;
const spans = { '1 hour': hour, '24 hours': 24 * hour, '7 days': 7 * 24 * hour, ever: 0 } as const;
type Span = keyof typeof spans;

export function Recover({ destination }: { readonly destination: Destination }) {
  const [open, setOpen] = useState(false);
  useHold(open);
  return (
    <>
      <Button refused={useReaderRefusal()} onClick={() => setOpen(true)}>
        Recover failures
      </Button>
      {open && <RecoverDialog destination={destination} onClose={() => setOpen(false)} />}
    </>
  );
}

function RecoverDialog({ destination, onClose }: { destination: Destination; onClose: () => void }) {
  const [span, setSpan] = useState<Span>('24 hours');
  const [openedAt] = useState(serviceNow);
  const order = {
    destination: destination.id,
    which: 'failed',
    ...(spans[span] === 0 ? {} : { since: new Date(openedAt - spans[span]).toISOString() }),
  };
  return (
    <Dialog title="Recover failures" onClose={onClose}>
      <p className="mb-2">Deliver again what {destination.address} never took, of the last</p>
      <div className="flex flex-wrap gap-1.5 mb-3" role="group" aria-label="Since">
        {(Object.keys(spans) as Span[]).map((one) => (
          <Chip key={one} on={one === span} onClick={() => setSpan(one)}>
            {one}
          </Chip>
        ))}
      </div>
      <RedeliveryOrder order={order} verb="failed" whose={` of ${destination.address}`} onClose={onClose} />
    </Dialog>
  );
}
