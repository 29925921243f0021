/** Endpoints that batches accept, but that hardly anybody sends through them: small bodies of the right shape. */
import { throwHex } from '../dice.ts';
import type { Question } from './answer.ts';
import { countInputs } from './input-text.ts';

const categories = ['harassment', 'hate', 'illicit', 'self-harm', 'sexual', 'violence'];

/** Nothing is ever flagged. `input_sha256` is not in the real API. */
export function answerModeration({ body, model, dice, checksum }: Question): Record<string, unknown> {
  const result = {
    flagged: false,
    categories: Object.fromEntries(categories.map((name) => [name, false])),
    category_scores: Object.fromEntries(categories.map((name) => [name, 0.0001])),
  };
  return {
    id: `modr-${throwHex(dice, 32)}`,
    model,
    results: Array.from({ length: countInputs(body['input']) }, () => result),
    input_sha256: checksum,
  };
}

/** A transparent picture of one pixel. */
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

export function answerImages({ body, now, usage, text }: Question): Record<string, unknown> {
  const count = typeof body['n'] === 'number' ? body['n'] : 1;
  return {
    created: now,
    data: Array.from({ length: count }, () => ({ b64_json: pixel, revised_prompt: text })),
    usage: {
      input_tokens: usage.input,
      output_tokens: usage.output,
      total_tokens: usage.input + usage.output,
    },
  };
}

export function answerVideo({ body, model, dice, now, text }: Question): Record<string, unknown> {
  return {
    id: `video_${throwHex(dice, 32)}`,
    object: 'video',
    model,
    status: 'completed',
    progress: 100,
    created_at: now,
    completed_at: now,
    seconds: body['seconds'] ?? '4',
    size: body['size'] ?? '720x1280',
    prompt: text,
    error: null,
  };
}
