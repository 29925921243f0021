/** A receiver that answers after a millisecond, on bare sockets, and counts what comes by its delivery id. */
import { createServer } from 'node:net';
import { obey, readInput, tell } from '../task.ts';
import { HttpMessages } from './http-messages.ts';
import type { Received, ReceiverInput } from './load.ts';

const { answerAfterMs } = readInput<ReceiverInput>();
const answer = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
let seen = new Set<string>();
let requests = 0;
let firstAt = 0;
let lastAt = 0;
let holding = false;
let awaited = Number.POSITIVE_INFINITY;
/** So many come first and only warm up who sends. */
let warmUp = 0;

const server = createServer({ noDelay: true }, (socket) => {
  const messages = new HttpMessages();
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) =>
    messages.read(chunk, (head) => {
      note(/\r\nwebhook-id: *([^\r]+)/i.exec(head)?.[1] ?? '');
      if (!holding) setTimeout(() => socket.write(answer), answerAfterMs);
    }),
  );
});

function note(id: string): void {
  requests += 1;
  if (seen.has(id)) return;
  seen.add(id);
  lastAt = Date.now();
  firstAt ||= lastAt;
  if (seen.size === warmUp) report('warm');
  if (seen.size === awaited) report('complete');
}

function report(event: string): void {
  const received: Received = { requests, distinct: seen.size, firstAt, lastAt };
  tell({ event, ...received });
}

obey({
  report: () => report('received'),
  hold: () => {
    holding = true;
  },
  forget: () => {
    holding = false;
    seen = new Set();
    requests = 0;
    firstAt = 0;
  },
});
process.on('message', (order: string) => {
  const [, count, before] = /^await (\d+)(?: after (\d+))?$/.exec(order) ?? [];
  if (count === undefined) return;
  warmUp = Number(before ?? 0);
  awaited = warmUp + Number(count);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as { port: number };
  tell({ event: 'listening', url: `http://127.0.0.1:${port}/outcomes` });
});
