/** Webhooks: one POST, signed, on kept-alive connections. Redirects are failures, not detours. */
import { Agent, request } from 'undici';
import { type AttemptResult, responseExcerptBytes } from '../../core/delivery.ts';
import type { DeliveryPolicy } from '../../core/destination.ts';
import type { Clock } from '../engine/clock.ts';
import { guardConnections } from './guarded-connector.ts';
import { nameFailure } from './name-failure.ts';
import type { NetworkGuard } from './network-guard.ts';
import type { Channel, Parcel } from './port.ts';
import { readAnswer } from './read-answer.ts';
import { keyOf, sign } from './signature.ts';

export interface WebhookOptions {
  readonly clock: Clock;
  readonly guard: NetworkGuard;
}

/** Agents kept: one for each pair of connect timeout and concurrency that destinations use. */
const mostAgents = 64;
const keepAliveMs = 30_000;

export class WebhookChannel implements Channel {
  readonly #options: WebhookOptions;
  readonly #agents = new Map<string, Agent>();

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  async send(parcel: Parcel, signal: AbortSignal): Promise<AttemptResult> {
    const startedAt = performance.now();
    const took = () => performance.now() - startedAt;
    let statusCode: number | null = null;
    try {
      const { policy } = parcel.destination;
      const { webhook_url } = parcel.target as { webhook_url: string };
      const answer = await request(webhook_url, {
        method: 'POST',
        headers: this.#headers(parcel),
        body: parcel.content,
        dispatcher: this.#agentFor(policy),
        headersTimeout: policy.answerTimeoutMs,
        bodyTimeout: policy.answerTimeoutMs,
        signal,
      });
      statusCode = answer.statusCode;
      const excerpt = await readAnswer(answer.body, policy.answerTimeoutMs, responseExcerptBytes);
      return judgeAnswer(statusCode, answer.headers, excerpt, took(), this.#options.clock.now());
    } catch (error) {
      const failure = signal.aborted ? cutOff : nameFailure(error);
      return { ...failure, statusCode, durationMs: took(), responseExcerpt: null, retryAfterMs: null };
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }

  /** Connections are kept alive for each origin, at most as many as messages may be in flight to it. */
  #agentFor({ connectTimeoutMs, concurrency }: DeliveryPolicy): Agent {
    const key = `${connectTimeoutMs} ${concurrency}`;
    const known = this.#agents.get(key);
    if (known) return known;
    const agent = new Agent({
      connect: guardConnections(this.#options.guard, connectTimeoutMs),
      connections: concurrency,
      pipelining: 1,
      keepAliveTimeout: keepAliveMs,
    });
    const oldest = this.#agents.size >= mostAgents ? this.#agents.entries().next().value : undefined;
    if (oldest) {
      this.#agents.delete(oldest[0]);
      void oldest[1].close();
    }
    this.#agents.set(key, agent);
    return agent;
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

/** An attempt ends before its lease does. */
const cutOff = { outcome: 'timeout', error: 'The attempt took longer than any may.' } as const;

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
