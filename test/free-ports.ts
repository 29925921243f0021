/** Ports for programs that must be told one before they start. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Below the range from which systems take the ports of outgoing connections and of whoever asks for any port: what is free
 * now is then still free when the program listens.
 */
const lowest = 20_000;
const highest = 30_000;

/** Ports on loopback that nobody listens on, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const taken = new Map<number, Server>();
  while (taken.size < count) {
    const port = randomInt(lowest, highest);
    const server = createServer().listen(port, '127.0.0.1');
    // Somebody has it: another is tried.
    await once(server, 'listening').then(
      () => taken.set(port, server),
      () => {},
    );
  }
  for (const server of taken.values()) {
    server.close();
    await once(server, 'close');
  }
  return [...taken.keys()];
}
