/**
 * Lets go of clients that stop in the middle of a body. Node's own limit counts from the first byte to the last and
 * would cut long bulk streams, so it is set wide, and ordinary bodies are watched here.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';

interface Watched {
  readonly reply: FastifyReply;
  readonly since: number;
}

export class BodyDeadline {
  readonly #limitMs: number;
  readonly #answer: (request: FastifyRequest, reply: FastifyReply) => void;
  /** In order of arrival, so that a sweep looks at late ones only. */
  readonly #watched = new Map<FastifyRequest, Watched>();
  readonly #sweeper: NodeJS.Timeout;

  /** @param answer tells the client that it was too slow */
  constructor(limitMs: number, answer: (request: FastifyRequest, reply: FastifyReply) => void) {
    this.#limitMs = limitMs;
    this.#answer = answer;
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(1_000, limitMs / 2)).unref();
  }

  watch(request: FastifyRequest, reply: FastifyReply): void {
    this.#watched.set(request, { reply, since: performance.now() });
  }

  /** The body is complete, or nobody waits for it any more. */
  forget(request: FastifyRequest): void {
    this.#watched.delete(request);
  }

  stop(): void {
    clearInterval(this.#sweeper);
  }

  #sweep(): void {
    const latest = performance.now() - this.#limitMs;
    for (const [request, { reply, since }] of this.#watched) {
      if (since > latest) return;
      this.#watched.delete(request);
      if (reply.raw.destroyed) continue;
      if (reply.sent) request.raw.destroy();
      else this.#answer(request, reply);
    }
  }
}
