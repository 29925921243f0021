/** Webhooks: one POST, signed, on kept-alive connections. Redirects are failures, not detours. */
import { type AttemptResult, responseExcerptBytes } from '../../core/delivery.ts';
import type { Clock } from '../engine/clock.ts';
import { headerText } from './header-text.ts';
import { nameFailure } from './name-failure.ts';
import type { NetworkGuard } from './network-guard.ts';
import type { Channel, Destination, Parcel } from './port.ts';
import { type PostEnd, postOnce } from './post-once.ts';
import { keyOf, sign } from './signature.ts';
import { WebhookAgents } from './webhook-agents.ts';

export interface WebhookOptions {
  readonly clock: Clock;
  readonly guard: NetworkGuard;
}

/** Headers that no destination's own may replace. */
const ours = /^(webhook-.*|x-batcher-.*|idempotency-key|content-type|authorization)$/i;
const userAgent = 'openai-batch-manager';

export class WebhookChannel implements Channel {
  readonly #options: WebhookOptions;
  readonly #agents: WebhookAgents;
  readonly #headersOf = new WeakMap<Destination, readonly string[]>();

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.#agents = new WebhookAgents(options.guard);
  }

  /** One promise for each: of those that are in flight everything is alive when garbage is collected. */
  send(parcel: Parcel, limitMs: number): Promise<AttemptResult> {
    const startedAt = performance.now();
    return new Promise((resolve) => {
      const judge = (end: PostEnd) =>
        resolve(judgeEnd(end, performance.now() - startedAt, this.#options.clock.now()));
      try {
        const { destination } = parcel;
        const post = {
          url: (parcel.target as { webhook_url: string }).webhook_url,
          headers: this.#headers(parcel),
          body: parcel.content,
          answerTimeoutMs: destination.policy.answerTimeoutMs,
          limitMs,
          keepBytes: responseExcerptBytes,
        };
        postOnce(this.#agents.agentFor(destination), post, judge);
      } catch (error) {
        judge(brokenOff(error as Error));
      }
    });
  }

  async close(): Promise<void> {
    await this.#agents.destroy();
  }

  /** Names and values by turns, as undici writes them out soonest. */
  #headers(parcel: Parcel): string[] {
    const { deliveryId, requestId, customId, outcome, attempt, content, destination } = parcel;
    const timestampS = Math.floor(this.#options.clock.now() / 1_000);
    return [
      ...this.#sameHeaders(destination),
      'webhook-id',
      deliveryId,
      'webhook-timestamp',
      String(timestampS),
      'webhook-signature',
      destination.secrets.map((secret) => sign(keyOf(secret), deliveryId, timestampS, content)).join(' '),
      'idempotency-key',
      deliveryId,
      'x-batcher-request-id',
      String(requestId),
      'x-batcher-custom-id',
      headerText(customId),
      'x-batcher-outcome',
      outcome,
      'x-batcher-attempt',
      String(attempt),
    ];
  }

  /** What every message to a destination has. */
  #sameHeaders(destination: Destination): readonly string[] {
    const known = this.#headersOf.get(destination);
    if (known) return known;
    const { authorization, headers } = destination;
    const its = Object.entries(headers).filter(([name]) => !ours.test(name));
    if (authorization !== null) its.push(['authorization', authorization]);
    if (!its.some(([name]) => /^user-agent$/i.test(name))) its.push(['user-agent', userAgent]);
    const made = ['content-type', 'application/json', ...its.flat()];
    this.#headersOf.set(destination, made);
    return made;
  }
}

/** What could not be sent at all. */
function brokenOff(error: Error): PostEnd {
  return { statusCode: null, retryAfter: null, excerpt: null, error };
}

function judgeEnd(end: PostEnd, durationMs: number, now: number): AttemptResult {
  const { statusCode } = end;
  if (end.error) {
    return {
      ...nameFailure(end.error),
      statusCode,
      durationMs,
      responseExcerpt: null,
      retryAfterMs: null,
    };
  }
  const facts = { statusCode, durationMs, responseExcerpt: end.excerpt };
  const status = statusCode ?? 0;
  if (status >= 200 && status < 300) return { ...facts, outcome: 'success', error: null, retryAfterMs: null };
  const redirect = status >= 300 && status < 400;
  return {
    ...facts,
    outcome: redirect ? 'redirect' : 'http_status_not_2xx',
    error: redirect
      ? `The receiver answered ${status} and points elsewhere; redirects are not followed.`
      : `The receiver answered ${status}.`,
    retryAfterMs: readRetryAfter(end.retryAfter, now),
  };
}

/** Seconds or an HTTP date. */
function readRetryAfter(text: string | null, now: number): number | null {
  if (text === null) return null;
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
