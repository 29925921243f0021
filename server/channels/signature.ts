/**
 * Standard Webhooks signatures: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, with the bytes
 * behind `whsec_` as key. Made with node:crypto over the bytes as they are sent; checked in tests against the
 * `standardwebhooks` package.
 */
import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';

/** A new secret of 256 bits. */
export function makeSecret(): string {
  return `${prefix}${randomBytes(32).toString('base64')}`;
}

/** The key bytes of a secret; without the prefix the text is taken as base64 all the same. */
export function keyOf(secret: string): Buffer {
  return Buffer.from(secret.startsWith(prefix) ? secret.slice(prefix.length) : secret, 'base64');
}

/** @param timestampS Unix seconds, as in the `webhook-timestamp` header */
export function sign(key: Buffer, id: string, timestampS: number, content: Uint8Array): string {
  const mac = createHmac('sha256', key).update(`${id}.${timestampS}.`).update(content).digest('base64');
  return `v1,${mac}`;
}
