import { batchMoves } from '../../../core/batch.ts';
import type { Batch, Request } from '../api/types.ts';
import { batchTones, handOverTones, inWords, outcomeTones, requestTones } from '../lib/tones.ts';
import { Badge } from '../ui/badge.tsx';
import { batchIcons, requestIcons } from './state-icons.ts';

/** A finished batch says how its hand-over went. */
export function BatchBadge({ batch }: { readonly batch: Pick<Batch, 'state' | 'hand_over'> }) {
  const { state, hand_over: handOver } = batch;
  if (state === 'done' && handOver && handOver !== 'delivered') {
    return (
      <Badge
        tone={handOverTones[handOver]}
        icon={batchIcons.done}
        word={inWords(handOver)}
        title="done, and not everything was taken"
      />
    );
  }
  return (
    <Badge tone={batchTones[state]} icon={batchIcons[state]} word={inWords(state)} title={meaningOf(state)} />
  );
}

function meaningOf(state: Batch['state']): string {
  const move = Object.values(batchMoves).find(({ to }) => (to as readonly string[]).includes(state));
  return move?.meaning ?? '';
}

export function RequestBadge({ request }: { readonly request: Pick<Request, 'state' | 'outcome'> }) {
  const { state } = request;
  return <Badge tone={requestTones[state]} icon={requestIcons[state]} word={inWords(state)} />;
}

/** The outcome has a word of its own, so that `delivered` never hides that the call failed. */
export function OutcomeWord({ outcome }: { readonly outcome: Request['outcome'] }) {
  if (outcome === null) return <span className="text-muted">–</span>;
  return <span style={{ color: `var(--tone-${outcomeTones[outcome]})` }}>{outcome}</span>;
}
