/**
 * Standard Webhooks signatures: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, with the bytes
 * behind `whsec_` as key. Made with node:crypto over the bytes as they are sent; checked in tests against the
 * `standardwebhooks` package.
 */
import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

const prefix = 'whsec_';

/** A new secret of 256 bits. */
export function makeSecret(): string {
  return `${prefix}${randomBytes(32).toString('base64')}`;
}

/** Keys that are in use, made once: a key made anew for each signature costs as much as the signature. */
const made = new Map<string, KeyObject>();
const mostMade = 1_000;

/** The key of a secret; without the prefix the text is taken as base64 all the same. */
export function keyOf(secret: string): KeyObject {
  const known = made.get(secret);
  if (known) return known;
  const text = secret.startsWith(prefix) ? secret.slice(prefix.length) : secret;
  const key = createSecretKey(Buffer.from(text, 'base64'));
  if (made.size >= mostMade) made.clear();
  made.set(secret, key);
  return key;
}

/** @param timestampS Unix seconds, as in the `webhook-timestamp` header */
export function sign(key: KeyObject, id: string, timestampS: number, content: Uint8Array): string {
  const mac = createHmac('sha256', key).update(`${id}.${timestampS}.`).update(content).digest('base64');
  return `v1,${mac}`;
}
