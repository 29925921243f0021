/** The beginning of a text that may be far too large to hold. */
export interface Start {
  readonly text: string;
  /** Whether this is all of it. */
  readonly whole: boolean;
}

/** Reads so many bytes of an answer, a little more at most, and lets the rest go. */
export async function readStart(answer: Response, mostBytes: number): Promise<Start> {
  const reader = answer.body?.getReader();
  if (!reader) return { text: '', whole: true };
  const decoder = new TextDecoder();
  let text = '';
  for (let size = 0; size < mostBytes; ) {
    const { done, value } = await reader.read();
    if (done) return { text: text + decoder.decode(), whole: true };
    size += value.length;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return { text, whole: false };
}
