/** Gives the failure of a connection its word. */
import type { AttemptOutcome } from '../../core/delivery.ts';

const words: Readonly<Record<string, AttemptOutcome>> = {
  ECONNREFUSED: 'connection_refused',
  ENOTFOUND: 'dns_error',
  EAI_AGAIN: 'dns_error',
  EAI_NODATA: 'dns_error',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  ETIMEDOUT: 'connect_timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_ABORTED: 'connection_error',
  UND_ERR_SOCKET: 'connection_error',
  ECONNRESET: 'connection_error',
  EPIPE: 'connection_error',
  EHOSTUNREACH: 'connection_error',
  ENETUNREACH: 'connection_error',
  ADDRESS_REFUSED: 'address_refused',
  ERR_INVALID_URL: 'invalid_target',
  UND_ERR_INVALID_ARG: 'invalid_target',
  EAI_FAIL: 'dns_error',
  ENODATA: 'dns_error',
  CUT_OFF: 'timeout',
  TOO_SLOW: 'too_slow',
  BODY_TOO_LARGE: 'body_too_large',
  UND_ERR_HEADERS_OVERFLOW: 'body_too_large',
  EPROTO: 'tls_error',
};

/** Longest error text kept with an attempt. */
const mostErrorLength = 500;

export function nameFailure(error: unknown): { readonly outcome: AttemptOutcome; readonly error: string } {
  const { code, text } = deepest(error);
  const tls =
    code.startsWith('ERR_TLS') ||
    code.startsWith('ERR_SSL') ||
    code.includes('CERT') ||
    code.includes('SIGNATURE');
  const outcome = words[code] ?? (code.startsWith('HPE_') ? 'not_http' : tls ? 'tls_error' : 'other');
  return { outcome, error: `${code === '' ? '' : `${code}: `}${text}`.slice(0, mostErrorLength) };
}

/** The innermost cause that has a code; a connection that tried several addresses fails with a list. */
function deepest(error: unknown): { code: string; text: string } {
  let code = '';
  let text = String(error);
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    const inner = at instanceof AggregateError && at.errors[0] instanceof Error ? at.errors[0] : at;
    const own = (inner as { code?: unknown }).code;
    if (typeof own === 'string') code = own;
    // undici's parser names itself, and has a code only now and then.
    else if (inner.name === 'HTTPParserError') code = 'HPE_RESPONSE';
    if (inner.message !== '') text = inner.message;
  }
  return { code, text };
}
