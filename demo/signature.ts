import { createHmac, timingSafeEqual } from 'node:crypto';

/** The headers of the Standard Webhooks scheme. */
export interface SignedHeaders {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
}

const oldestAcceptedSeconds = 300;

/** Why this delivery is not from the owner of the secret, or null when it is. */
export function findForgery(
  secret: string,
  headers: SignedHeaders,
  body: Buffer,
  nowSeconds: number,
): string | null {
  const sentAt = Number(headers.timestamp);
  if (!Number.isInteger(sentAt)) return 'webhook-timestamp is not a number of seconds';
  if (Math.abs(nowSeconds - sentAt) > oldestAcceptedSeconds) return 'webhook-timestamp is too far from now';
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key)
    .update(`${headers.id}.${headers.timestamp}.`)
    .update(body)
    .digest();
  // Several signatures stand side by side while a secret is being changed; one that fits is enough.
  const fits = headers.signature.split(' ').some((part) => {
    const [version, text] = part.split(',');
    if (version !== 'v1' || text === undefined) return false;
    const given = Buffer.from(text, 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return fits ? null : 'webhook-signature does not fit';
}
