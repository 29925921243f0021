/** Counters and histograms in Prometheus' words; gauges of the store are filled when they are asked for. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const prefix = 'openai_batch_manager_';

export class Metrics {
  readonly registry = new Registry();

  readonly requestsAccepted = this.#counter('requests_accepted_total', 'Requests stored', ['door']);
  readonly requestsRefused = this.#counter('requests_refused_total', 'Requests refused, by code', [
    'door',
    'code',
  ]);
  readonly outcomes = this.#counter('request_outcomes_total', 'Requests that ended, by outcome', ['outcome']);
  readonly resultLines = this.#counter('result_lines_total', 'Lines of result files, by kind', ['kind']);
  readonly attempts = this.#counter('delivery_attempts_total', 'Delivery attempts, by outcome', ['outcome']);
  readonly providerCalls = this.#counter('provider_calls_total', 'Calls to the provider, by result', [
    'call',
    'result',
  ]);
  readonly providerSeconds = this.#histogram('provider_call_seconds', 'Duration of calls to the provider', [
    'call',
  ]);
  readonly stageSeconds = this.#histogram(
    'batch_state_seconds',
    'How long batches stood in a state before they left it',
    ['state'],
    [0.1, 1, 5, 30, 60, 300, 900, 3_600, 14_400, 43_200, 86_400, 172_800],
  );
  readonly moves = this.#counter('batch_moves_total', 'Moves of batches', ['move']);
  readonly rejections = this.#counter(
    'batch_rejections_total',
    'Batches that the provider turned away for want of room or money, by cause',
    ['cause'],
  );
  readonly estimateError = this.#histogram(
    'token_estimate_error',
    'Estimated tokens of a batch divided by those it used, minus one',
    ['endpoint'],
    [-0.5, -0.2, -0.1, -0.05, -0.01, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 2],
  );
  readonly secondRemoteBatches = this.#counter(
    'second_remote_batches_total',
    'Second batches found at the provider for one of ours, and cancelled',
    [],
  );
  readonly openaiWebhooks = this.#counter(
    'openai_webhooks_total',
    "OpenAI's webhooks, by what became of them: due, repeated, unknown_batch, ignored, forged, old",
    ['result'],
  );
  readonly deliverySeconds = this.#histogram('delivery_attempt_seconds', 'Duration of delivery attempts', []);

  readonly brokerConnected = this.#gauge('broker_connected', 'Is there a connection to the broker (0 or 1)', [
    'role',
  ]);
  readonly brokerBlocked = this.#gauge('broker_blocked', 'Does the broker refuse to take messages (0 or 1)', [
    'role',
  ]);
  readonly brokerConnections = this.#counter('broker_connections_total', 'Connections made to the broker', [
    'role',
  ]);
  readonly inputMessages = this.#counter(
    'input_messages_total',
    'Messages from the input queue, by their end',
    ['end'],
  );

  readonly batches = this.#gauge('batches', 'Batches kept, by state', ['state']);
  readonly batchRequests = this.#gauge('batch_requests', 'Requests kept, by the state of their batch', [
    'state',
  ]);
  readonly oldestSeconds = this.#gauge(
    'oldest_batch_seconds',
    'How long the oldest batch has stood in a state',
    ['state'],
  );
  readonly deliveries = this.#gauge('deliveries', 'Requests kept, by the state of their delivery', ['state']);
  readonly capacityTokens = this.#gauge(
    'capacity_tokens',
    'Tokens of a model family at the provider: its cap, what of it is used, what is reserved, what waits',
    ['family', 'kind'],
  );
  readonly capacityBatches = this.#gauge(
    'capacity_batches',
    'Batches of a model family: reserved at the provider, or waiting to be created',
    ['family', 'kind'],
  );
  readonly fundingBlocked = this.#gauge(
    'funding_blocked',
    '1 while the provider refuses work for want of money',
    [],
  );
  readonly orphans = this.#gauge(
    'orphans',
    'What was found at the provider with our tag and belongs to nothing here, by kind: batch, file',
    ['kind'],
  );
  readonly usd = this.#gauge('usd', 'Cost of the batches kept, as list price and as paid', ['kind']);

  #gauge<L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
    return new Gauge({ name: prefix + name, help, labelNames, registers: [this.registry] });
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name: prefix + name, help, labelNames, registers: [this.registry] });
  }

  #histogram<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    buckets: number[] = [0.005, 0.02, 0.1, 0.5, 1, 2.5, 5, 10, 30, 120],
  ): Histogram<L> {
    return new Histogram({ name: prefix + name, help, labelNames, buckets, registers: [this.registry] });
  }
}
