/** A receiver of webhooks that remembers what it took, and does whatever it is told meanwhile. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { systemClock } from '../../server/engine/clock.ts';

export interface Taken {
  readonly id: string;
  readonly customId: string;
  readonly headers: IncomingHttpHeaders;
  readonly content: Buffer;
}

type Answer = 'take' | 'hang' | number;

export class OutcomeSink {
  /** How often each delivery id was taken. */
  readonly taken = new Map<string, number>();
  /** All deliveries, repeats included. */
  total = 0;
  /** Everything that was taken, where it is wanted. */
  readonly kept: Taken[] = [];
  /** Answers other than 2xx. */
  refused = 0;
  onTaken: ((id: string) => void) | undefined;
  /** What the header `Retry-After` of a refusal says to each; left out: there is none. */
  retryAfter: ((customId: string) => string | undefined) | undefined;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #keeps: boolean;
  readonly #answerMs: number;
  readonly #hanging = new Map<ServerResponse, () => void>();
  #answer: Answer = 'take';

  /** @param answerMs how long it thinks about each message */
  constructor({ keeps = false, answerMs = 0 }: { keeps?: boolean; answerMs?: number } = {}) {
    this.#keeps = keeps;
    this.#answerMs = answerMs;
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/take`;
  }

  get hanging(): number {
    return this.#hanging.size;
  }

  /** From now on: takes, never answers, or answers with this status. */
  set answer(answer: Answer) {
    this.#answer = answer;
    if (answer !== 'hang') for (const response of this.#hanging.keys()) response.destroy();
    this.#hanging.clear();
  }

  /** Takes what hangs, and from now on whatever comes. */
  release(): void {
    this.#answer = 'take';
    for (const take of this.#hanging.values()) take();
    this.#hanging.clear();
  }

  async #serve(
    request: Parameters<typeof buffer>[0] & { headers: IncomingHttpHeaders },
    response: ServerResponse,
  ) {
    const content = await buffer(request).catch(() => null);
    if (content === null) return;
    if (this.#answerMs > 0) await systemClock.pause(this.#answerMs);
    if (this.#answer === 'hang') {
      this.#hanging.set(response, () => this.#take(request.headers, content, response));
      response.once('close', () => this.#hanging.delete(response));
      return;
    }
    if (this.#answer !== 'take') {
      this.refused += 1;
      const asked = this.retryAfter?.(customIdOf(content));
      response.writeHead(this.#answer, asked === undefined ? {} : { 'retry-after': asked }).end('not now');
      return;
    }
    this.#take(request.headers, content, response);
  }

  #take(headers: IncomingHttpHeaders, content: Buffer, response: ServerResponse): void {
    const id = String(headers['webhook-id']);
    this.taken.set(id, (this.taken.get(id) ?? 0) + 1);
    this.total += 1;
    if (this.#keeps) {
      this.kept.push({ id, customId: customIdOf(content), headers, content });
    }
    this.onTaken?.(id);
    response.writeHead(204).end();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function customIdOf(content: Buffer): string {
  return (JSON.parse(content.toString('utf8')) as { custom_id: string }).custom_id;
}
