/** Reads a receiver's answer to its end within bounds of time and size; its beginning is kept. */

/** Some receivers answer with a page; nobody answers a webhook with more than this on purpose. */
const mostAnswerBytes = 1_000_000;

/**
 * @param limitMs from the headers to the end of the body
 * @returns the first `keepBytes` as text, or null for an empty body
 * @throws Error with the code `TOO_SLOW` or `BODY_TOO_LARGE`
 */
export async function readAnswer(
  body: AsyncIterable<Uint8Array> & { destroy(error?: Error): unknown },
  limitMs: number,
  keepBytes: number,
): Promise<string | null> {
  const kept: Uint8Array[] = [];
  let length = 0;
  const timer = setTimeout(() => body.destroy(tooSlow(limitMs)), limitMs);
  try {
    for await (const chunk of body) {
      if (length < keepBytes) kept.push(chunk.subarray(0, keepBytes - length));
      length += chunk.length;
      if (length > mostAnswerBytes) throw tooLarge;
    }
  } finally {
    clearTimeout(timer);
  }
  return length === 0 ? null : Buffer.concat(kept).toString('utf8').replaceAll('\0', '');
}

function tooSlow(limitMs: number): Error {
  const message = `The receiver began its answer and did not end it within ${limitMs} ms.`;
  return Object.assign(new Error(message), { code: 'TOO_SLOW' });
}

const tooLarge = Object.assign(
  new Error(
    `The receiver's answer is longer than ${mostAnswerBytes} bytes. Answer a webhook with a short body.`,
  ),
  { code: 'BODY_TOO_LARGE' },
);
