/** What can be done with selected requests: one order each, with progress, and a way to stop. */
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { call } from '../../api/client.ts';
import { useReaderRefusal } from '../../api/use-session.ts';
import { plural } from '../../lib/numbers.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { notify } from '../../ui/notices.tsx';

interface Bulk {
  readonly word: 'Redeliver' | 'Cancel';
  readonly verb: 'redeliver' | 'cancel';
  readonly text: string;
}

const bulks: readonly Bulk[] = [
  {
    word: 'Redeliver',
    verb: 'redeliver',
    text: 'Each outcome goes to its destination again, under the same delivery id.',
  },
  {
    word: 'Cancel',
    verb: 'cancel',
    text: 'Only requests whose batch still takes requests can be cancelled; the others are refused and told.',
  },
];

interface BulkBarProps {
  readonly customIds: readonly string[];
  readonly onClear: () => void;
}

export function BulkBar({ customIds, onClear }: BulkBarProps) {
  const [asking, setAsking] = useState<Bulk | null>(null);
  const { run, stop, progress } = useBulk(onClear);
  const refused = useReaderRefusal();
  if (customIds.length === 0 && !progress) return null;
  return (
    <div className="sticky bottom-3 z-20 mt-3 flex flex-wrap items-center gap-2 rounded-lg border border-base-300 bg-base-100 shadow-lg px-3 py-2">
      {progress ? (
        <>
          <span role="status">
            {progress.word}: {progress.done} of {progress.all}
            {progress.refused > 0 && `, ${progress.refused} refused`}
          </span>
          <Button onClick={stop}>Stop</Button>
        </>
      ) : (
        <>
          <span role="status">{plural(customIds.length, 'request')} selected</span>
          {bulks.map((bulk) => (
            <Button
              key={bulk.word}
              refused={refused}
              look={bulk.verb === 'cancel' ? 'danger' : 'plain'}
              onClick={() => setAsking(bulk)}
            >
              {bulk.word}
            </Button>
          ))}
          <Button look="bare" onClick={onClear}>
            Clear selection
          </Button>
        </>
      )}
      {asking && (
        <Dialog
          title={`${asking.word} ${plural(customIds.length, 'request')}?`}
          onClose={() => setAsking(null)}
        >
          <p className="mb-5">{asking.text}</p>
          <div className="flex justify-end gap-2">
            <Button onClick={() => setAsking(null)}>Keep as they are</Button>
            <Button
              look={asking.verb === 'cancel' ? 'danger' : 'main'}
              onClick={() => {
                setAsking(null);
                void run(asking, customIds);
              }}
            >
              {asking.word} {plural(customIds.length, 'request')}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

interface Progress {
  readonly word: string;
  readonly done: number;
  readonly all: number;
  readonly refused: number;
}

function useBulk(onDone: () => void) {
  const client = useQueryClient();
  const stopped = useRef(false);
  const [progress, setProgress] = useState<Progress | null>(null);
  const run = async ({ word, verb }: Bulk, customIds: readonly string[]) => {
    stopped.current = false;
    let refused = 0;
    let why = '';
    let done = 0;
    for (const customId of customIds) {
      if (stopped.current) break;
      setProgress({ word, done, all: customIds.length, refused });
      await call(`/api/requests/${encodeURIComponent(customId)}/${verb}`, { method: 'POST' }).catch(
        (error: Error) => {
          refused += 1;
          why = error.message;
        },
      );
      done += 1;
    }
    setProgress(null);
    const taken = done - refused;
    notify(
      refused > 0 ? 'watch' : 'good',
      `${word}: ${plural(taken, 'request')} taken${refused > 0 ? `, ${refused} refused: ${why}` : ''}${done < customIds.length ? `, stopped after ${done}` : ''}.`,
    );
    onDone();
    await client.invalidateQueries();
  };
  return {
    run,
    progress,
    stop: () => {
      stopped.current = true;
    },
  };
}
