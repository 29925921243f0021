/**
 * What fits in a batch. Limits are settings; the defaults stay under OpenAI's real checks (50,000 requests,
 * 209,715,200 bytes, 50,000 embedding inputs; API reference 2026-08).
 */

export interface BatchLimits {
  readonly maxRequests: number;
  readonly maxBytes: number;
  readonly maxEmbeddingInputs: number;
  /** Estimated prompt tokens; the model's share of the provider's queue. */
  readonly maxTokens: number;
}

export const defaultLimits: BatchLimits = {
  maxRequests: 50_000,
  maxBytes: 200_000_000,
  maxEmbeddingInputs: 50_000,
  maxTokens: 5_000_000,
};

/** What a batch holds, or what a request adds to one. */
export interface Load {
  readonly requests: number;
  readonly bytes: number;
  readonly embeddingInputs: number;
  readonly tokens: number;
}

export const emptyLoad: Load = { requests: 0, bytes: 0, embeddingInputs: 0, tokens: 0 };

export function addLoad(held: Load, more: Load): Load {
  return {
    requests: held.requests + more.requests,
    bytes: held.bytes + more.bytes,
    embeddingInputs: held.embeddingInputs + more.embeddingInputs,
    tokens: held.tokens + more.tokens,
  };
}

/** What is left of a load when a part of it is taken back. */
export function removeLoad(held: Load, less: Load): Load {
  return {
    requests: held.requests - less.requests,
    bytes: held.bytes - less.bytes,
    embeddingInputs: held.embeddingInputs - less.embeddingInputs,
    tokens: held.tokens - less.tokens,
  };
}

/** Why a batch was closed. */
export type CloseReason =
  | 'requests'
  | 'bytes'
  | 'embedding_inputs'
  | 'tokens'
  | 'age'
  | 'operator'
  | 'restore';

/**
 * The limit that `more` would cross, or null when it fits. Exactly at a limit still fits. An empty batch takes
 * whatever comes as far as tokens go: an estimate never refuses a request, a large one travels alone.
 */
export function limitCrossed(held: Load, more: Load, limits: BatchLimits): CloseReason | null {
  const sum = addLoad(held, more);
  if (sum.requests > limits.maxRequests) return 'requests';
  if (sum.bytes > limits.maxBytes) return 'bytes';
  if (sum.embeddingInputs > limits.maxEmbeddingInputs) return 'embedding_inputs';
  if (held.requests > 0 && sum.tokens > limits.maxTokens) return 'tokens';
  return null;
}

/** The limit a batch has reached, so that nothing more fits; null when something still may. */
export function limitReached(held: Load, limits: BatchLimits): CloseReason | null {
  if (held.requests >= limits.maxRequests) return 'requests';
  if (held.bytes >= limits.maxBytes) return 'bytes';
  if (held.embeddingInputs > 0 && held.embeddingInputs >= limits.maxEmbeddingInputs)
    return 'embedding_inputs';
  if (held.tokens >= limits.maxTokens) return 'tokens';
  return null;
}
