/** What a request is about, whatever its endpoint. */

export type Body = Readonly<Record<string, unknown>>;

/**
 * The text that an answer is about: the last message, the input or the prompt. Several inputs are joined by
 * newlines; content parts that hold no text do not count.
 */
export function readInputText(body: Body): string {
  const { messages } = body;
  if (Array.isArray(messages)) return textOf((messages.at(-1) as { content?: unknown } | undefined)?.content);
  const { input } = body;
  if (Array.isArray(input) && input.some(isMessage))
    return textOf((input.at(-1) as { content?: unknown }).content);
  return textOf(input ?? body['prompt']);
}

function isMessage(item: unknown): boolean {
  return typeof item === 'object' && item !== null && 'content' in item;
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part) => {
      if (typeof part === 'string') return part;
      const text = (part as { text?: unknown } | null)?.text;
      return typeof text === 'string' ? text : '';
    })
    .filter((text) => text !== '')
    .join('\n');
}

/** Flat, whatever the size of the picture; the real formula is not published. */
const tokensPerPicture = 765;

/** Input tokens, guessed: a token for four bytes of text, three for each message, and three more. */
export function countInputTokens(body: Body): number {
  const { messages, input, instructions } = body;
  if (Array.isArray(messages)) return countParts(messages) + 3;
  const tokens = countParts(input ?? body['prompt']) + countParts(instructions);
  return Math.max(tokens, 1);
}

function countParts(content: unknown): number {
  if (typeof content === 'string') return Math.ceil(Buffer.byteLength(content) / 4);
  if (typeof content === 'number') return 1;
  if (Array.isArray(content)) {
    let tokens = 0;
    for (const part of content) tokens += countParts(part);
    return tokens;
  }
  if (typeof content !== 'object' || content === null) return 0;
  if ('content' in content) return countParts(content.content) + 3;
  if ('text' in content) return countParts(content.text);
  return tokensPerPicture;
}

/** How many vectors an embeddings request asks for: tokens as numbers are one input. */
export function countInputs(input: unknown): number {
  return Array.isArray(input) && typeof input[0] !== 'number' ? input.length : 1;
}
