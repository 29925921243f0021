/**
 * OpenAI's batch endpoints, as data (API reference, POST /v1/batches, 2026-08). A new one is a row here.
 */
interface EndpointFacts {
  /** Counts as embedding inputs towards the provider's limit per batch. */
  readonly embeds: boolean;
  /** Keys of the usage object in an answer, null where answers carry none. */
  readonly usage: 'chat' | 'responses' | 'embeddings' | null;
}

export const endpoints = {
  '/v1/chat/completions': { embeds: false, usage: 'chat' },
  '/v1/responses': { embeds: false, usage: 'responses' },
  '/v1/embeddings': { embeds: true, usage: 'embeddings' },
  '/v1/completions': { embeds: false, usage: 'chat' },
  '/v1/moderations': { embeds: false, usage: null },
  '/v1/images/generations': { embeds: false, usage: 'responses' },
  '/v1/images/edits': { embeds: false, usage: 'responses' },
  '/v1/videos': { embeds: false, usage: null },
} as const satisfies Record<string, EndpointFacts>;

export type Endpoint = keyof typeof endpoints;

export const endpointNames = Object.keys(endpoints) as Endpoint[];

/** Whether a text names an endpoint that OpenAI's Batch API takes. */
export function isEndpoint(text: string): text is Endpoint {
  return Object.hasOwn(endpoints, text);
}

/**
 * How many inputs an embeddings body holds: a string or one token array is one, a list is its length.
 * OpenAI allows 50,000 summed over a batch.
 */
export function countEmbeddingInputs(endpoint: Endpoint, body: { readonly input?: unknown }): number {
  if (!endpoints[endpoint].embeds) return 0;
  const { input } = body;
  if (!Array.isArray(input)) return 1;
  return typeof input[0] === 'number' ? 1 : input.length;
}
