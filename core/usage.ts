/** Reads the usage object of an answer, whose keys differ by endpoint (API reference, section "usage"). */
import type { Usage } from './pricing.ts';

type Loose = Record<string, unknown> | null | undefined;

function asLoose(value: unknown): Loose {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}

/** A count is a whole number from zero up; anything else that a provider may send counts as nothing. */
function asCount(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.trunc(value) : 0;
}

/**
 * The tokens an answer's body reports, or null when it reports none (moderations, errors).
 * Chat and embeddings say `prompt_tokens`, responses say `input_tokens`.
 */
export function readUsage(body: unknown): Usage | null {
  const usage = asLoose(asLoose(body)?.['usage']);
  if (!usage) return null;
  const inputDetails = asLoose(usage['prompt_tokens_details'] ?? usage['input_tokens_details']);
  const outputDetails = asLoose(usage['completion_tokens_details'] ?? usage['output_tokens_details']);
  return {
    inputTokens: asCount(usage['prompt_tokens'] ?? usage['input_tokens']),
    cachedTokens: asCount(inputDetails?.['cached_tokens']),
    cacheWriteTokens: asCount(inputDetails?.['cache_write_tokens']),
    outputTokens: asCount(usage['completion_tokens'] ?? usage['output_tokens']),
    reasoningTokens: asCount(outputDetails?.['reasoning_tokens']),
  };
}
