import { setTimeout as pause } from 'node:timers/promises';
import { Agent, type Dispatcher } from 'undici';
import type { DemoRequest } from './corpus.ts';

export interface SubmitOptions {
  /** Where the service is; a function, when it may come back elsewhere. */
  readonly service: string | (() => string);
  readonly receiver: string;
  readonly requests: Iterable<DemoRequest>;
  readonly inFlight?: number;
  readonly tag?: string;
  /** Called after each accepted request. */
  readonly onAccepted?: (request: DemoRequest) => void;
  readonly signal?: AbortSignal;
}

export interface Submitted {
  readonly accepted: number;
  /** How often the service asked to come again, or could not be reached. */
  readonly retries: number;
}

/**
 * Sends all requests over kept-alive connections until each has been accepted. After a 503 or a lost connection
 * the same custom_id is sent again; the service answers it as the first time.
 *
 * @throws Error when the service refuses a request for good
 */
export async function submitAll(options: SubmitOptions): Promise<Submitted> {
  const inFlight = options.inFlight ?? 32;
  const agent = new Agent({ connections: inFlight, keepAliveTimeout: 30_000 });
  const source = options.requests[Symbol.iterator]();
  let accepted = 0;
  let retries = 0;
  let stopped = false;

  async function sendInTurn(): Promise<void> {
    while (!stopped) {
      const next = source.next();
      if (next.done) return;
      // Not `retries += await …`: that would forget what the others add meanwhile.
      const tries = await submitOne(agent, options, next.value);
      retries += tries;
      accepted++;
      options.onAccepted?.(next.value);
    }
  }

  try {
    await Promise.all(
      Array.from({ length: inFlight }, () =>
        sendInTurn().catch((error) => {
          stopped = true;
          throw error;
        }),
      ),
    );
  } finally {
    await agent.destroy();
  }
  return { accepted, retries };
}

async function submitOne(agent: Agent, options: SubmitOptions, request: DemoRequest): Promise<number> {
  const payload = JSON.stringify({
    custom_id: request.customId,
    method: 'POST',
    url: request.url,
    delivery_config: { type: 'webhook', webhook_url: `${options.receiver}/outcomes` },
    tag: options.tag ?? 'demo',
    body: request.body,
  });
  for (let retries = 0; ; retries++) {
    options.signal?.throwIfAborted();
    const pauseMs = await post(agent, options, payload);
    if (pauseMs === null) return retries;
    await pause(pauseMs, undefined, { ...(options.signal && { signal: options.signal }) });
  }
}

/** Null when accepted, else how long to wait before the next try. */
async function post(agent: Agent, options: SubmitOptions, payload: string): Promise<number | null> {
  const service = typeof options.service === 'string' ? options.service : options.service();
  let response: Dispatcher.ResponseData;
  let said: string;
  try {
    response = await agent.request({
      origin: service,
      path: '/api/requests',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: payload,
      signal: options.signal ?? null,
    });
    said = await response.body.text();
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return 250;
  }
  if (response.statusCode === 202 || response.statusCode === 200) return null;
  if (response.statusCode === 503)
    return Math.max(0.05, Number(response.headers['retry-after']) || 0.25) * 1000;
  throw new Error(`the service refused a request with ${response.statusCode}: ${said.slice(0, 500)}`);
}
