/**
 * One POST and its answer, read to its end within bounds of time and size. It hangs on undici's own events: `request()`
 * would make a stream, a signal and a chain of promises of each answer, most of which are empty (decision 0056).
 */
import type { Dispatcher } from 'undici';
import { splitUrl } from './split-url.ts';

/** Some receivers answer with a page; nobody answers a webhook with more than this on purpose. */
const mostAnswerBytes = 1_000_000;

export interface Post {
  readonly url: string;
  /** Names and values by turns. */
  readonly headers: string[];
  readonly body: Uint8Array;
  /** From the request to the headers of its answer, and from these to its end. */
  readonly answerTimeoutMs: number;
  /** For all of it, the wait for a connection included. */
  readonly limitMs: number;
  /** How much of the answer's body is kept. */
  readonly keepBytes: number;
}

/** How it ended; what had come of an answer that failed is there, too. */
export interface PostEnd {
  /** Null where no answer began. */
  readonly statusCode: number | null;
  readonly retryAfter: string | null;
  /** The beginning of the body; null for an empty one. */
  readonly excerpt: string | null;
  /**
   * Why there is no whole answer: what undici says, or one with the code `CUT_OFF`, `TOO_SLOW` or `BODY_TOO_LARGE`.
   */
  readonly error: Error | null;
}

/** Never throws. @param onEnd told once, however it ends */
export function postOnce(dispatcher: Dispatcher, post: Post, onEnd: (end: PostEnd) => void): void {
  const answer = new AnswerReader(post, onEnd);
  if (post.limitMs <= 0) {
    answer.end(cutOff);
    return;
  }
  try {
    const { origin, path } = splitUrl(post.url);
    const { headers, body, answerTimeoutMs } = post;
    dispatcher.dispatch(
      {
        origin,
        path,
        method: 'POST',
        headers,
        body,
        headersTimeout: answerTimeoutMs,
        bodyTimeout: answerTimeoutMs,
      },
      answer,
    );
  } catch (error) {
    answer.end(error as Error);
  }
}

class AnswerReader implements Dispatcher.DispatchHandler {
  readonly #post: Post;
  readonly #resolve: (end: PostEnd) => void;
  #controller: Dispatcher.DispatchController | null = null;
  #timer: NodeJS.Timeout;
  #ended = false;
  #statusCode: number | null = null;
  #retryAfter: string | null = null;
  readonly #kept: Uint8Array[] = [];
  #length = 0;

  constructor(post: Post, resolve: (end: PostEnd) => void) {
    this.#post = post;
    this.#resolve = resolve;
    this.#timer = setTimeout(() => this.#cut(cutOff), post.limitMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#ended) controller.abort(cutOff);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // An interim answer; the real one follows.
    if (statusCode < 200) return;
    const { answerTimeoutMs } = this.#post;
    this.#statusCode = statusCode;
    const retryAfter = headers['retry-after'];
    this.#retryAfter = (Array.isArray(retryAfter) ? retryAfter[0] : retryAfter) ?? null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#cut(tooSlow(answerTimeoutMs)), answerTimeoutMs);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    const { keepBytes } = this.#post;
    if (this.#length < keepBytes) this.#kept.push(chunk.subarray(0, keepBytes - this.#length));
    this.#length += chunk.length;
    if (this.#length > mostAnswerBytes) this.#cut(tooLarge);
  }

  onResponseEnd(): void {
    this.end(null);
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.end(error);
  }

  end(error: Error | null): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    const excerpt =
      this.#length === 0 ? null : Buffer.concat(this.#kept).toString('utf8').replaceAll('\0', '');
    this.#resolve({ statusCode: this.#statusCode, retryAfter: this.#retryAfter, excerpt, error });
  }

  /** Ends it from here, and its connection with it. */
  #cut(error: Error): void {
    this.end(error);
    this.#controller?.abort(error);
  }
}

function fault(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

const cutOff = fault('CUT_OFF', 'The attempt took longer than any may.');
const tooLarge = fault(
  'BODY_TOO_LARGE',
  `The receiver's answer is longer than ${mostAnswerBytes} bytes. Answer a webhook with a short body.`,
);

function tooSlow(limitMs: number): Error {
  return fault('TOO_SLOW', `The receiver began its answer and did not end it within ${limitMs} ms.`);
}
