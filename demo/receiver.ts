import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Counts, createLedger, type Delivery } from './ledger.ts';
import { type ReadDelivery, readDelivery } from './read-delivery.ts';

/** How the receiver is to answer one attempt; what is not said is 204 at once. */
export interface Reply {
  readonly status?: number;
  readonly delayMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Take the delivery, then cut the connection instead of answering. */
  readonly hangUp?: boolean;
}

export interface ReceiverOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly secret: string;
  /** Says what is wrong with a delivery that is well formed and signed, or null. */
  readonly judge?: (delivery: ReadDelivery) => string | null;
  /** Chooses the answer to an attempt: to be slow, to refuse, to hang up. */
  readonly answer?: (
    delivery: ReadDelivery,
    attempt: { readonly path: string; readonly number: number },
  ) => Reply;
  /** Keep each result line with its delivery (default true). */
  readonly keepLines?: boolean;
}

/** A webhook receiver that checks every delivery and counts by delivery id. */
export interface Receiver {
  readonly url: string;
  readonly deliveries: ReadonlyMap<string, Delivery>;
  /** The first problems, in words. */
  readonly problems: readonly string[];
  count(): Counts;
  /** Resolves once the predicate holds, looked at after each arrival. */
  waitFor(predicate: (counts: Counts) => boolean, signal?: AbortSignal): Promise<Counts>;
  close(): Promise<void>;
}

/** Starts a receiver on a loopback port. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const ledger = createLedger();
  const watchers = new Set<() => void>();
  const server = createServer((request, response) => {
    void receive(request, response).catch((error: Error) => {
      ledger.noteProblem(`receiver: ${error.message}`);
      response.destroy();
    });
  });

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const read = readDelivery(options.secret, request.headers, body);
    if (typeof read === 'string') {
      ledger.noteProblem(read);
      response.writeHead(400).end(read);
      return;
    }
    const known = ledger.deliveries.get(read.id);
    const number = 1 + (known ? known.accepted + known.refused : 0);
    const reply = options.answer?.(read, { path: request.url ?? '/', number }) ?? {};
    if (reply.delayMs) await new Promise((resolve) => setTimeout(resolve, reply.delayMs));
    const status = reply.status ?? 204;
    const problem = options.judge?.(read) ?? null;
    const { id, customId, outcome, line } = read;
    const attempt = options.keepLines === false ? { id, customId, outcome } : { id, customId, outcome, line };
    if (problem === null) ledger.note(attempt, status);
    else ledger.noteProblem(`${customId}: ${problem}`);
    if (reply.hangUp) response.destroy();
    else response.writeHead(status, reply.headers).end();
    for (const look of watchers) look();
  }

  server.keepAliveTimeout = 60_000;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    deliveries: ledger.deliveries,
    problems: ledger.problems,
    count: () => ledger.count(),
    waitFor: (predicate, signal) => watchFor(watchers, () => ledger.count(), predicate, signal),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function watchFor(
  watchers: Set<() => void>,
  count: () => Counts,
  predicate: (counts: Counts) => boolean,
  signal?: AbortSignal,
): Promise<Counts> {
  return new Promise((resolve, reject) => {
    function stop(): void {
      watchers.delete(look);
      signal?.removeEventListener('abort', giveUp);
    }
    function look(): void {
      const counts = count();
      if (!predicate(counts)) return;
      stop();
      resolve(counts);
    }
    function giveUp(): void {
      stop();
      reject(signal?.reason);
    }
    if (signal?.aborted) return giveUp();
    signal?.addEventListener('abort', giveUp);
    watchers.add(look);
    look();
  });
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
