import { throwHex } from '../dice.ts';
import type { Question } from './answer.ts';
import { wantsJson } from './chat.ts';

/** A `response` (real API, 2025): it does not tell that it was a batch call. */
export function answerResponse(question: Question): Record<string, unknown> {
  const { body, model, dice, now, text } = question;
  const format = (body['text'] as { format?: unknown } | undefined)?.format;
  return {
    id: `resp_${throwHex(dice, 48)}`,
    object: 'response',
    created_at: now,
    status: 'completed',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    model,
    output: [
      {
        id: `msg_${throwHex(dice, 48)}`,
        type: 'message',
        status: 'completed',
        content: [
          {
            type: 'output_text',
            annotations: [],
            logprobs: [],
            text: wantsJson(format) ? JSON.stringify({ summary: text }) : text,
          },
        ],
        role: 'assistant',
      },
    ],
    parallel_tool_calls: true,
    previous_response_id: null,
    service_tier: 'default',
    store: body['store'] ?? true,
    temperature: body['temperature'] ?? 1,
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: body['tools'] ?? [],
    top_p: body['top_p'] ?? 1,
    truncation: 'disabled',
    usage: showUsage(question),
    metadata: body['metadata'] ?? {},
  };
}

function showUsage({ usage }: Question): Record<string, unknown> {
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: usage.cached },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
  };
}
