/** A receiver of webhooks that answers at once, or when it is told to. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Receiver {
  readonly url: string;
  /** From now on nothing is answered. */
  hold(): void;
  /** How many wait for their answer. */
  held(): number;
  /** Answers what waits, and from now on at once. */
  release(): void;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  let holding = false;
  const waiting: ServerResponse[] = [];
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      if (holding) waiting.push(response);
      else response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/answers`,
    hold() {
      holding = true;
    },
    held: () => waiting.length,
    release() {
      holding = false;
      for (const response of waiting.splice(0)) response.end();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
