import { throwHex } from '../dice.ts';
import type { Question } from './answer.ts';

/** A `chat.completion` (real API, Sep 2026). */
export function answerChat(question: Question): Record<string, unknown> {
  const { model, dice, now, usage, body, text } = question;
  return {
    id: `chatcmpl-${throwHex(dice, 24)}`,
    object: 'chat.completion',
    created: now,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: wantsJson(body['response_format']) ? JSON.stringify({ summary: text }) : text,
          refusal: null,
        },
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: usage.input,
      completion_tokens: usage.output,
      total_tokens: usage.input + usage.output,
      prompt_tokens_details: { cached_tokens: usage.cached },
      completion_tokens_details: { reasoning_tokens: usage.reasoning },
    },
  };
}

/** Whether a format asks for an object instead of words. */
export function wantsJson(format: unknown): boolean {
  const type = (format as { type?: unknown } | null | undefined)?.type;
  return type === 'json_object' || type === 'json_schema';
}

/** A `text_completion`. */
export function answerCompletion({ model, dice, now, usage, text }: Question): Record<string, unknown> {
  return {
    id: `cmpl-${throwHex(dice, 24)}`,
    object: 'text_completion',
    created: now,
    model,
    choices: [{ text, index: 0, logprobs: null, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: usage.input,
      completion_tokens: usage.output,
      total_tokens: usage.input + usage.output,
    },
  };
}
