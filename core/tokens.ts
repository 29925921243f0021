/**
 * Token estimates. At intake an estimate is calibrated bytes: quick, linear, and never a reason to refuse.
 * Only prompt tokens count against OpenAI's queue.
 */

/**
 * Bytes of JSON text per token when nothing better is known: o200k gives 4 to 5 for English prose and about
 * 2 for other scripts in UTF-8; JSON punctuation is close to 3.5, which errs on the side of too many tokens.
 */
export const bytesPerToken = 3.5;

/** What an image or another embedded file counts, whatever its bytes (a high-detail tile set; OpenAI, vision). */
export const tokensPerDataUrl = 1_100;

/** Some producers write every slash of their JSON as `\/`. Single classes only: a group would need a deep stack. */
const dataUrl = /data:[\w.+-]+\\?\/[\w.+-]+;base64,[A-Za-z0-9+/=\\]+/g;

/**
 * Prompt tokens of a request body, estimated.
 *
 * @param bodyBytes length of the compacted body
 * @param body its text, looked at only when it holds a data URL
 */
export function estimateTokens(bodyBytes: number, body: string): number {
  if (!body.includes(';base64,')) return Math.max(1, Math.ceil(bodyBytes / bytesPerToken));
  let embedded = 0;
  let urls = 0;
  for (const [url] of body.matchAll(dataUrl)) {
    embedded += url.length;
    urls += 1;
  }
  return Math.max(1, Math.ceil((bodyBytes - embedded) / bytesPerToken) + urls * tokensPerDataUrl);
}
