/** A signing secret of its own: made here, or brought along by the receiver. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { useHold } from '../../api/live.ts';
import type { Destination } from '../../api/types.ts';
import { useReaderRefusal } from '../../api/use-session.ts';
import { Button } from '../../ui/button.tsx';
import { CopyText } from '../../ui/copy-text.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';

const hourS = 3_600;

interface Props {
  readonly destination: Destination;
}

export function RotateSecret({ destination }: Props) {
  const [open, setOpen] = useState(false);
  useHold(open);
  return (
    <>
      <Button refused={useReaderRefusal()} onClick={() => setOpen(true)}>
        Rotate secret
      </Button>
      {open && <RotateDialog destination={destination} onClose={() => setOpen(false)} />}
    </>
  );
}

function RotateDialog({ destination, onClose }: Props & { readonly onClose: () => void }) {
  const [made, setMade] = useState<string | null>(null);
  return (
    <Dialog title="Rotate the signing secret" onClose={onClose}>
      {made === null ? (
        <RotateForm destination={destination} onMade={setMade} onClose={onClose} />
      ) : (
        <>
          <p className="mb-2 break-words">The new secret of {destination.address}. It is shown this once.</p>
          <CopyText text={made} what="secret" />
          <div className="flex justify-end mt-4">
            <Button look="main" onClick={onClose}>
              Put away
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

interface FormProps extends Props {
  readonly onMade: (secret: string) => void;
  readonly onClose: () => void;
}

function RotateForm({ destination, onMade, onClose }: FormProps) {
  const client = useQueryClient();
  const [own, setOwn] = useState('');
  const [hours, setHours] = useState('24');
  const rotate = useMutation({
    mutationFn: () =>
      call<{ secret: string }>(`/api/destinations/${destination.id}/rotate-secret`, {
        method: 'POST',
        body: {
          overlap_s: Math.round(Number(hours) * hourS),
          ...(own.trim() === '' ? {} : { secret: own.trim() }),
        },
      }),
    onSuccess: ({ secret }) => onMade(secret),
    onSettled: () => client.invalidateQueries({ queryKey: ['destinations'] }),
  });
  return (
    <form
      className="grid gap-3"
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        rotate.mutate();
      }}
    >
      <p className="break-words">
        {destination.address} gets a secret of its own. For a while messages are signed with the old one as
        well, so that the receiver can change over.
      </p>
      <Field
        label="Own secret; empty: one is made"
        wide
        placeholder="whsec_…"
        autoComplete="off"
        spellCheck={false}
        maxLength={512}
        value={own}
        onChange={setOwn}
      />
      <Field
        label="Hours that the old one signs as well"
        type="number"
        min={0}
        max={720}
        step="any"
        required
        narrow
        value={hours}
        onChange={setHours}
      />
      <p className="text-bad min-h-6 break-words" role="alert">
        {rotate.error?.message}
      </p>
      <div className="flex flex-wrap gap-2 justify-end">
        <Button onClick={onClose}>Keep the old one</Button>
        <Button type="submit" look="main" busy={rotate.isPending}>
          {own.trim() === '' ? 'Make a new secret' : 'Use this secret'}
        </Button>
      </div>
    </form>
  );
}
