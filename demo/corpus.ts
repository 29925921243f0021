import { cutPieces } from './cut-pieces.ts';

/** One request as a producer would send it, and the text that its answer must be about. */
export interface DemoRequest {
  readonly customId: string;
  readonly url: string;
  readonly body: { readonly model: string };
  readonly text: string;
}

interface Task {
  readonly url: string;
  readonly write: (text: string) => { readonly model: string };
}

const order = 'Summarise the text in at most three sentences, in its own language.';

const chat: Task = {
  url: '/v1/chat/completions',
  write: (text) => ({
    model: 'gpt-4.1-mini',
    messages: [
      { role: 'system', content: order },
      { role: 'user', content: text },
    ],
    max_completion_tokens: 200,
  }),
};

const responses: Task = {
  url: '/v1/responses',
  write: (text) => ({ model: 'gpt-6-luna', instructions: order, input: text, max_output_tokens: 200 }),
};

const embeddings: Task = {
  url: '/v1/embeddings',
  write: (text) => ({ model: 'text-embedding-3-small', input: text }),
};

const turns = [chat, responses, embeddings, chat, responses, embeddings, chat, chat, responses, embeddings];

/** An embedding input may hold 8,192 tokens; dense text has as few as two bytes in a token. */
const mostEmbeddableBytes = 12_000;

/** `count` requests with distinct texts; the same texts, seed and count give the same requests. */
export function* writeRequests(
  texts: readonly string[],
  { count, seed }: { count: number; seed: string },
): Generator<DemoRequest> {
  let number = 0;
  for (const text of cutPieces(texts, seed)) {
    if (number >= count) return;
    const turn = turns[number % turns.length] ?? chat;
    const task = turn === embeddings && Buffer.byteLength(text) > mostEmbeddableBytes ? chat : turn;
    number++;
    yield {
      customId: `demo-${String(number).padStart(6, '0')}`,
      url: task.url,
      body: task.write(text),
      text,
    };
  }
}
