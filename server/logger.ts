/** One JSON line for each business event. Errors that are part of the weather take one line, bugs their stack. */
import { type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino';
import { AppError } from '../core/errors.ts';
import type { Settings } from './config/settings.ts';
import { ProviderError } from './provider/errors.ts';

export function makeLogger(settings: Pick<Settings, 'LOG_LEVEL'>): Logger {
  return pino({
    level: settings.LOG_LEVEL,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
  });
}

/** Never the raw error of a client: it carries headers, and headers carry keys. */
function describeError(error: unknown): unknown {
  if (error instanceof ProviderError) {
    return { kind: error.kind, status: error.status, code: error.code, message: error.message };
  }
  if (error instanceof AppError) {
    const cause = error.cause instanceof Error ? stdSerializers.err(error.cause).stack : undefined;
    return { code: error.code, message: error.message, ...(cause === undefined ? {} : { cause }) };
  }
  if (error instanceof Error) return { type: error.name, message: error.message, stack: error.stack };
  return String(error);
}
