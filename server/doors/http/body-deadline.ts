/**
 * Lets go of clients that stop in the middle of a body. Node's own limit counts from the first byte to the last and
 * would cut long bulk streams, so it is set wide, and ordinary bodies are watched here.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../core/errors.ts';
import type { AnswerError } from './error-form.ts';

interface Watched {
  readonly reply: FastifyReply;
  readonly since: number;
}

export class BodyDeadline {
  readonly #limitMs: number;
  readonly #answerError: AnswerError;
  /** In order of arrival, so that a sweep looks at late ones only. */
  readonly #watched = new Map<FastifyRequest, Watched>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(limitMs: number, answerError: AnswerError) {
    this.#limitMs = limitMs;
    this.#answerError = answerError;
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(1_000, limitMs / 2)).unref();
  }

  watch(request: FastifyRequest, reply: FastifyReply): void {
    this.#watched.set(request, { reply, since: performance.now() });
  }

  /** Nobody waits for the body any more; but while it is not complete, its connection is still watched. */
  release(request: FastifyRequest): void {
    if (request.raw.complete) this.#watched.delete(request);
    else request.raw.once('close', () => this.#watched.delete(request));
  }

  stop(): void {
    clearInterval(this.#sweeper);
  }

  #sweep(): void {
    const latest = performance.now() - this.#limitMs;
    for (const [request, { reply, since }] of this.#watched) {
      if (since > latest) return;
      this.#watched.delete(request);
      if (reply.sent) request.raw.destroy();
      else this.#refuse(request, reply);
    }
  }

  #refuse(request: FastifyRequest, reply: FastifyReply): void {
    // The rest of the body would be taken for the next request.
    reply.header('connection', 'close');
    reply.raw.once('finish', () => request.raw.destroy());
    this.#answerError(new AppError('request_timeout', 'The body did not arrive in time.'), request, reply);
  }
}
