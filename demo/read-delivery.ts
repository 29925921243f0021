import type { IncomingHttpHeaders } from 'node:http';
import { findForgery } from './signature.ts';

/** A delivery that is signed and well formed. */
export interface ReadDelivery {
  readonly id: string;
  readonly customId: string;
  readonly outcome: string;
  readonly line: ResultLine;
}

/** The result line of a batch, as far as the receiver looks into it. */
export interface ResultLine {
  readonly custom_id: string;
  readonly response: { readonly status_code: number; readonly body: unknown } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Reads a delivery, or says why it is none. */
export function readDelivery(
  secret: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): ReadDelivery | string {
  const id = one(headers['webhook-id']);
  if (id === '') return 'a delivery without webhook-id';
  const signed = {
    id,
    timestamp: one(headers['webhook-timestamp']),
    signature: one(headers['webhook-signature']),
  };
  const forgery = findForgery(secret, signed, body, Math.floor(Date.now() / 1000));
  if (forgery !== null) return `${id}: ${forgery}`;
  let line: unknown;
  try {
    line = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    return `${id}: the body is not JSON (${(error as Error).message})`;
  }
  if (!isResultLine(line)) return `${id}: the body is not a result line`;
  return { id, customId: line.custom_id, outcome: one(headers['x-batcher-outcome']) || 'unsaid', line };
}

function isResultLine(value: unknown): value is ResultLine {
  if (typeof value !== 'object' || value === null) return false;
  const { custom_id, response, error } = value as Record<string, unknown>;
  return typeof custom_id === 'string' && isObjectOrNull(response) && isObjectOrNull(error ?? null);
}

function isObjectOrNull(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value);
}

function one(header: string | string[] | undefined): string {
  return (Array.isArray(header) ? header[0] : header) ?? '';
}
