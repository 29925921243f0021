/** Every attempt to hand the outcome over, and the next one, drawn hollow. */
import type { Attempt, RequestDetail } from '../../api/types.ts';
import { targetOf } from '../../lib/target.ts';
import { duration } from '../../lib/time.ts';
import { toneColor } from '../../lib/tones.ts';
import { When } from '../../ui/when.tsx';

export function Attempts({ request }: { readonly request: RequestDetail }) {
  const { delivery_attempts: attempts, next_attempt_at: next, state } = request;
  if (attempts.length === 0 && next === null) {
    return (
      <p className="text-muted">
        {request.delivery_config.type === 'none'
          ? 'Delivery type none: the outcome is fetched, not sent.'
          : request.outcome === null
            ? 'Nothing to deliver before the outcome.'
            : 'No attempt yet.'}
      </p>
    );
  }
  return (
    <ol className="relative border-l border-base-300 ml-2 grid gap-3" aria-label="Delivery attempts">
      {state === 'delivering' && (
        <li className="pl-5 relative">
          <Dot color={toneColor('waiting')} hollow />
          <span className="font-medium">Attempt {request.delivery_attempt_count + 1}</span>{' '}
          {next === null ? 'is being made' : <When at={next} />}
        </li>
      )}
      {attempts.map((attempt) => (
        <AttemptRow key={attempt.id} attempt={attempt} />
      ))}
    </ol>
  );
}

function Dot({ color, hollow = false }: { readonly color: string; readonly hollow?: boolean }) {
  return (
    <span
      className="absolute -left-[6px] top-1.5 size-[11px] rounded-full border-2"
      style={{ borderColor: color, background: hollow ? 'var(--color-base-100)' : color }}
    />
  );
}

function AttemptRow({ attempt }: { readonly attempt: Attempt }) {
  const good = attempt.outcome === 'success';
  const target = targetOf(attempt.delivery_config) ?? '';
  return (
    <li className="pl-5 relative min-w-0">
      <Dot color={toneColor(good ? 'good' : 'bad')} />
      <p className="flex flex-wrap gap-x-3 gap-y-0.5 items-baseline">
        <span className="font-medium" style={{ color: toneColor(good ? 'good' : 'bad') }}>
          {attempt.status_code ?? ''} {attempt.outcome.replaceAll('_', ' ')}
        </span>
        <span className="text-muted">
          attempt {attempt.attempt}, <When at={attempt.attempted_at} />, took {duration(attempt.duration_ms)}
        </span>
        <span className="mono text-muted truncate max-w-full" title={target}>
          {target}
        </span>
      </p>
      {attempt.error_msg !== null && <p className="break-words">{attempt.error_msg}</p>}
      {attempt.response_excerpt !== null && attempt.response_excerpt !== '' && (
        <details>
          <summary className="cursor-pointer text-muted w-fit">what the receiver said</summary>
          <pre className="mono whitespace-pre-wrap break-all bg-base-200 rounded p-2 mt-1 max-h-40 overflow-auto">
            {attempt.response_excerpt}
          </pre>
        </details>
      )}
    </li>
  );
}
