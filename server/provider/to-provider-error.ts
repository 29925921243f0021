import OpenAI from 'openai';
import { kindOfStatus, ProviderError } from './errors.ts';

/** Codes of a connection that was never made: nothing can have happened. */
const neverConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
]);

/** Sorts whatever the client throws. */
export function toProviderError(cause: unknown): ProviderError {
  if (cause instanceof ProviderError) return cause;
  if (cause instanceof OpenAI.APIError && typeof cause.status === 'number') {
    const code = cause.code ?? null;
    const said = (cause.error as { message?: unknown } | undefined)?.message;
    const message = typeof said === 'string' ? said : cause.message;
    return new ProviderError(kindOfStatus(cause.status, code, message), message, {
      status: cause.status,
      code,
      retryAfterMs: readRetryAfter(cause.headers),
      cause,
    });
  }
  const code = deepestCode(cause);
  if (code !== null && neverConnected.has(code)) {
    return new ProviderError('unreachable', `The provider cannot be reached (${code}).`, { cause });
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ProviderError('unknown_outcome', `No answer from the provider: ${why}`, { cause });
}

function deepestCode(error: unknown): string | null {
  let code: string | null = null;
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    const own = (at as { code?: unknown }).code;
    if (typeof own === 'string') code = own;
    if (at instanceof AggregateError && at.errors.length > 0) code = deepestCode(at.errors[0]) ?? code;
  }
  return code;
}

/** Seconds or a date; what cannot be read counts as absent. */
function readRetryAfter(headers: Headers | undefined): number | null {
  const value = headers?.get('retry-after');
  if (!value) return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.round(Number(value) * 1_000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}
