/** Gives a failure at the broker its word: what the library throws, and the reply codes of AMQP behind it. */
import type { AttemptOutcome } from '../../../core/delivery.ts';
import { nameFailure } from '../name-failure.ts';

/** Reply codes of AMQP 0-9-1 (and RabbitMQ's use of them). */
const byReplyCode: Readonly<Record<number, AttemptOutcome>> = {
  311: 'body_too_large',
  403: 'authorization_error',
  404: 'exchange_not_found',
  530: 'authorization_error',
  320: 'connection_error',
  541: 'connection_error',
};

export function nameBrokerFailure(error: unknown): {
  readonly outcome: AttemptOutcome;
  readonly error: string;
} {
  const named = nameFailure(error);
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'number') return { outcome: byReplyCode[code] ?? 'channel_closed', error: named.error };
  if (named.outcome !== 'other') return named;
  // A refusal during the handshake has its code in the text only.
  const [, inText] = /terminated by server: (\d{3})/.exec(named.error) ?? [];
  if (inText !== undefined) return { outcome: byReplyCode[Number(inText)] ?? 'other', error: named.error };
  // The last step of the handshake opens the virtual host; the library keeps the broker's reason to itself.
  if (/Expected ConnectionOpenOk/.test(named.error)) {
    return {
      outcome: 'authorization_error',
      error: 'The broker refuses the virtual host: it is not there, or this user may not use it.',
    };
  }
  if (/ETIMEDOUT/.test(named.error)) return { ...named, outcome: 'connect_timeout' };
  if (
    /^(Unexpected close|Heartbeat timeout|Socket closed|Connection clos(ed|ing)|Channel ended|stopped)/i.test(
      stripName(named.error),
    )
  ) {
    return { ...named, outcome: 'connection_error' };
  }
  return named;
}

function stripName(text: string): string {
  return text.replace(/^Error: /, '');
}
