/**
 * Load: single POSTs over kept-alive connections, one under way on each. Prepared bytes on bare sockets, so that the
 * load costs the shared cores as little as can be. Ends by itself after `count` answers.
 */
import { connect, type Socket } from 'node:net';
import { percentile } from '../figures.ts';
import { obey, readInput, tell } from '../task.ts';
import { HttpMessages } from './http-messages.ts';
import type { LoadInput, LoadResult } from './load.ts';
import { customId, type Kind, makePost } from './make-request.ts';

const input = readInput<LoadInput>();
const { hostname, port } = new URL(input.url);
const total = input.warmUp + input.count;
const latencies: number[] = [];
const others: Record<string, number> = {};
const idle: Line[] = [];
let sent = 0;
let answered = 0;
let accepted = 0;
let countedFrom = 0;
let end = total;

interface Prepared {
  readonly bytes: Buffer;
  /** Where the custom_id stands. */
  readonly idsAt: readonly number[];
}

/** One connection with its prepared requests, one for each kind. */
class Line {
  readonly #socket: Socket;
  readonly #messages = new HttpMessages();
  readonly #prepared: readonly Prepared[];
  #since = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#prepared = input.kinds.map(prepare);
    socket.on('data', (chunk: Buffer) => this.#messages.read(chunk, (head) => this.#answer(head)));
  }

  send(since = performance.now()): void {
    const { bytes, idsAt } = this.#prepared[sent % this.#prepared.length] as Prepared;
    sent += 1;
    const id = customId(input.prefix, sent, input.randomIds);
    for (const at of idsAt) bytes.write(id, at, 'latin1');
    this.#since = since;
    this.#socket.write(bytes);
  }

  #answer(head: string): void {
    const now = performance.now();
    const status = head.slice(9, 12);
    if (status === '202') accepted += 1;
    else others[status] = (others[status] ?? 0) + 1;
    answered += 1;
    if (answered > input.warmUp) latencies.push(now - this.#since);
    if (answered === input.warmUp) beginCounting(now);
    if (input.perSecond !== undefined) idle.push(this);
    else if (sent < end) this.send();
    if (answered >= end) finish(now);
  }
}

function prepare(kind: Kind): Prepared {
  const id = customId(input.prefix, 0);
  const post = makePost(kind, id, input.bodyBytes);
  const bytes = Buffer.from(
    `POST /api/requests HTTP/1.1\r\nhost: ${hostname}:${port}\r\nauthorization: Bearer ${input.key}\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(post)}\r\n\r\n${post}`,
  );
  const first = bytes.indexOf(id);
  return { bytes, idsAt: [first, bytes.indexOf(id, first + 1)] };
}

function beginCounting(now: number): void {
  countedFrom = now;
  tell({ event: 'measuring' });
}

function finish(now: number): void {
  const result: LoadResult = {
    seconds: (now - countedFrom) / 1_000,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    sent,
    accepted,
    others,
  };
  tell({ event: 'result', ...result });
  process.disconnect();
  process.exit(0);
}

/** Keeps to the clock: a late answer delays nobody else, and what had to wait counts from when it should have left. */
function sendByTheClock(perSecond: number): void {
  const startedAt = performance.now();
  setInterval(() => {
    for (;;) {
      const due = startedAt + (sent * 1_000) / perSecond;
      if (due > performance.now() || sent >= end) return;
      const line = idle.pop();
      if (!line) return;
      line.send(due);
    }
  }, 1);
}

function openLine(): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true }, () =>
      resolve(new Line(socket)),
    );
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('a connection was closed')));
  });
}

obey({
  // What is under way is still waited for.
  stop: () => {
    end = sent;
    if (answered >= end) finish(performance.now());
  },
});
const lines = await Promise.all(Array.from({ length: input.connections }, openLine));
if (input.warmUp === 0) beginCounting(performance.now());
if (input.perSecond === undefined) for (const line of lines.slice(0, total)) line.send();
else {
  idle.push(...lines);
  sendByTheClock(input.perSecond);
}
