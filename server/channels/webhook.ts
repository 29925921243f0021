/** Webhooks: one POST, signed, on kept-alive connections. Redirects are failures, not detours. */
import { Agent, request } from 'undici';
import { type AttemptResult, responseExcerptBytes } from '../../core/delivery.ts';
import type { Clock } from '../engine/clock.ts';
import { nameFailure } from './name-failure.ts';
import type { Channel, Parcel } from './port.ts';
import { keyOf, sign } from './signature.ts';

export interface WebhookOptions {
  readonly connectTimeoutMs: number;
  readonly answerTimeoutMs: number;
  /** Connections to one origin. */
  readonly connections: number;
  readonly clock: Clock;
}

export class WebhookChannel implements Channel {
  readonly #options: WebhookOptions;
  readonly #agent: Agent;

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.#agent = new Agent({
      connect: { timeout: options.connectTimeoutMs },
      headersTimeout: options.answerTimeoutMs,
      bodyTimeout: options.answerTimeoutMs,
      connections: options.connections,
      pipelining: 1,
      keepAliveTimeout: 30_000,
    });
  }

  async send(parcel: Parcel, signal: AbortSignal): Promise<AttemptResult> {
    const startedAt = performance.now();
    const took = () => performance.now() - startedAt;
    try {
      const { webhook_url } = parcel.target as { webhook_url: string };
      const answer = await request(webhook_url, {
        method: 'POST',
        headers: this.#headers(parcel),
        body: parcel.content,
        dispatcher: this.#agent,
        signal,
      });
      const responseExcerpt = await readExcerpt(answer.body);
      return judgeAnswer(
        answer.statusCode,
        answer.headers,
        responseExcerpt,
        took(),
        this.#options.clock.now(),
      );
    } catch (error) {
      return {
        ...nameFailure(error),
        statusCode: null,
        durationMs: took(),
        responseExcerpt: null,
        retryAfterMs: null,
      };
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #headers(parcel: Parcel): Record<string, string> {
    const { deliveryId, requestId, outcome, attempt, content, destination } = parcel;
    const timestampS = Math.floor(this.#options.clock.now() / 1_000);
    return {
      ...destination.headers,
      ...(destination.authorization !== null && { authorization: destination.authorization }),
      'content-type': 'application/json',
      'user-agent': 'openai-batch-manager',
      'webhook-id': deliveryId,
      'webhook-timestamp': String(timestampS),
      'webhook-signature': destination.secrets
        .map((secret) => sign(keyOf(secret), deliveryId, timestampS, content))
        .join(' '),
      'idempotency-key': deliveryId,
      'x-batcher-request-id': String(requestId),
      'x-batcher-outcome': outcome,
      'x-batcher-attempt': String(attempt),
    };
  }
}

/** Reads the beginning of an answer; what follows is dropped with the connection when it is long. */
async function readExcerpt(body: AsyncIterable<Uint8Array> & { destroy(): void }): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > mostAnswerBytes) {
      body.destroy();
      break;
    }
  }
  if (length === 0) return null;
  return Buffer.concat(chunks).subarray(0, responseExcerptBytes).toString('utf8').replaceAll('\0', '');
}

/** A receiver may answer as much before it is cut off. */
const mostAnswerBytes = 64 * 1_024;

function judgeAnswer(
  statusCode: number,
  headers: Record<string, string | string[] | undefined>,
  responseExcerpt: string | null,
  durationMs: number,
  now: number,
): AttemptResult {
  const facts = { statusCode, durationMs, responseExcerpt };
  if (statusCode >= 200 && statusCode < 300) {
    return { ...facts, outcome: 'success', error: null, retryAfterMs: null };
  }
  const redirect = statusCode >= 300 && statusCode < 400;
  return {
    ...facts,
    outcome: redirect ? 'redirect' : 'http_status_not_2xx',
    error: redirect
      ? `The receiver answered ${statusCode} and points elsewhere; redirects are not followed.`
      : `The receiver answered ${statusCode}.`,
    retryAfterMs: readRetryAfter(headers['retry-after'], now),
  };
}

/** Seconds or an HTTP date. */
function readRetryAfter(value: string | string[] | undefined, now: number): number | null {
  const text = Array.isArray(value) ? value[0] : value;
  if (text === undefined) return null;
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
