/** Requests and answers to try a store with: small, valid, and different wherever a test does not say otherwise. */
import { createHash } from 'node:crypto';
import { type BatchLimits, defaultLimits } from '../../../core/limits.ts';
import type { Outcome } from '../../../core/request.ts';
import type { Finding } from '../batches/apply-results.ts';
import type { Arrival } from '../intake/accept-requests.ts';

/** Where arrivals go unless a test says otherwise. */
export const webhook = { type: 'webhook', address: 'https://receiver.example' };

/** One request; its content hash covers all that is given here. */
export function makeArrival(
  customId: string,
  over: Partial<Arrival> & { readonly text?: string } = {},
): Arrival {
  const { text = `hello from ${customId}`, ...rest } = over;
  const body = Buffer.from(JSON.stringify({ model: rest.model ?? 'gpt-4o-mini', input: text }));
  return {
    customId,
    contentHash: createHash('sha256').update(body).digest(),
    endpoint: '/v1/responses',
    model: 'gpt-4o-mini',
    body,
    lineBytes: 100,
    embeddingInputs: 0,
    estimatedTokens: 10,
    destination: webhook,
    delivery: JSON.stringify({ type: 'webhook', webhook_url: `${webhook.address}/take` }),
    tag: null,
    metadata: null,
    ...rest,
  };
}

/** `count` requests named `<prefix>1` and so on. */
export function makeArrivals(prefix: string, count: number, over: Partial<Arrival> = {}): Arrival[] {
  return Array.from({ length: count }, (_, index) => makeArrival(`${prefix}${index + 1}`, over));
}

/** For requests whose outcome is only fetched. */
export const notDelivered: Partial<Arrival> = { destination: null, delivery: '{"type":"none"}' };

export function limitsWith(over: Partial<BatchLimits>): BatchLimits {
  return { ...defaultLimits, ...over };
}

/** A judged result line: an answer with usage and a price, or an error without either. */
export function makeFinding(requestId: number, outcome: Outcome, over: Partial<Finding> = {}): Finding {
  const line = Buffer.from(`{"id":"x","custom_id":"r${requestId}"}`);
  const good = outcome === 'succeeded';
  return {
    requestId,
    outcome,
    errorCode: good ? null : 'invalid_request',
    errorMessage: good ? null : 'It was refused.',
    line,
    customIdStart: 21,
    customIdEnd: line.length - 1,
    statusCode: good ? 200 : 400,
    usage: good ? { inputTokens: 11, cachedTokens: 3, outputTokens: 7, reasoningTokens: 2 } : null,
    cost: good ? { listNanoUsd: 1_000, paidNanoUsd: 500 } : null,
    ...over,
  };
}
