/** What the real API allows (spec and real answers, 2026). */

export const endpoints = [
  '/v1/responses',
  '/v1/chat/completions',
  '/v1/embeddings',
  '/v1/completions',
  '/v1/moderations',
  '/v1/images/generations',
  '/v1/images/edits',
  '/v1/videos',
] as const;

export type Endpoint = (typeof endpoints)[number];

export const mostInputBytes = 209_715_200;
export const mostLines = 50_000;
export const mostEmbeddingInputs = 50_000;
export const windowS = 86_400;
/** Life of a batch's input and result files unless said otherwise. */
export const batchFileLifeS = 2_592_000;
export const shortestLifeS = 3_600;
export const longestLifeS = 2_592_000;
/** The organization that messages name. */
export const organization = 'org-simulator';

export function isEndpoint(value: unknown): value is Endpoint {
  return endpoints.includes(value as Endpoint);
}
